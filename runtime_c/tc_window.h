/* SPDX-License-Identifier: Apache-2.0 */
/* Windows that slide over an image, shared by convolutions and pools. Private to them. */
#ifndef TC_WINDOW_H
#define TC_WINDOW_H

#include <stdint.h>

/* The taps [first, end) of a window of `size` taps, `dilation` apart, that fall inside an input of `extent`
 * pixels when tap 0 falls on pixel `origin`. None do where end <= first. */
static inline void tc_clip_taps(int32_t origin, int32_t dilation, int32_t extent, int32_t size,
                                int32_t *first, int32_t *end)
{
    *first = origin < 0 ? (dilation - 1 - origin) / dilation : 0;
    *end = origin + (size - 1) * dilation < extent ? size : (extent - origin + dilation - 1) / dilation;
}

#endif
