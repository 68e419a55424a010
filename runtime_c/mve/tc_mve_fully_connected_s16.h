/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MVE_FULLY_CONNECTED_S16_H
#define TC_MVE_FULLY_CONNECTED_S16_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_mve_fully_connected_s16 {
    int32_t rows, input_n, output_n;
    int16_t min, max;
    int16_t first, rest, more; /* chunks of 8 products: first + more * rest */
    int16_t way;               /* how sums become outputs: tc_mve_dense_s16.h */
    const int32_t *packed;     /* weights and requantisation of four outputs after the other: tc_mve_dense_s16.h */
};
/* Rows of any number times a constant matrix, for Helium. */
TC_CODE void tc_mve_fully_connected_s16(const struct tc_mve_fully_connected_s16 *p, const int16_t *input,
                                        int16_t *output, void *scratch);

#ifdef __cplusplus
}
#endif

#endif
