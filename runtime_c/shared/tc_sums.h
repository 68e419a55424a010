/* SPDX-License-Identifier: Apache-2.0 */
/* Sums of the pixels of an image that comes row by row. Private to the kernels. */
#ifndef TC_SUMS_H
#define TC_SUMS_H

#include <stddef.h>
#include <stdint.h>

/* Adds rows[0], of `width` pixels of `channels`, to the int32 sums, which begin with the first row: then rows[1], where
 * those of the rows before lie, is NULL, else the same place as `sums`. */
static inline void tc_add_to_sums(const int8_t *const *rows, int32_t width, int32_t channels, int8_t *sums)
{
    int32_t *sum = (int32_t *)(void *)sums;
    const int8_t *in = rows[0];
    int32_t x = 0;
    if (rows[1] == NULL) {
        for (int32_t c = 0; c < channels; c++) {
            sum[c] = *in++;
        }
        x = 1;
    }
    for (; x < width; x++) {
        for (int32_t c = 0; c < channels; c++) {
            sum[c] += *in++;
        }
    }
}

#endif
