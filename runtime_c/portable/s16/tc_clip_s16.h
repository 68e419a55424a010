/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_CLIP_S16_H
#define TC_CLIP_S16_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_clip_s16 {
    int32_t count;
    int16_t min, max;
};
/* The nearest value within bounds; may run in place. */
TC_CODE void tc_clip_s16(const struct tc_clip_s16 *p, const int16_t *input, int16_t *output);

#ifdef __cplusplus
}
#endif

#endif
