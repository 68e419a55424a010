/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of an image, wherever they lie, one behind the other in scratch: for kernels that take images only. */
#ifndef TC_GATHER_ROWS_H
#define TC_GATHER_ROWS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* `taps` rows of `bytes`, `dilation` apart, to `image`; NULL is a row of `fill`. Rows between them are not written. */
static inline void tc_gather_rows(const int8_t *const *rows, int32_t taps, int32_t dilation, int32_t bytes, int32_t fill,
                                  int8_t *image)
{
    for (int32_t ky = 0; ky < taps; ky++, image += dilation * bytes) {
        if (rows[ky] != NULL) {
            memcpy(image, rows[ky], (size_t)bytes);
        } else {
            memset(image, fill, (size_t)bytes);
        }
    }
}

#endif
