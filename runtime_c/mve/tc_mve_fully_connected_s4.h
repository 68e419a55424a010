/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MVE_FULLY_CONNECTED_S4_H
#define TC_MVE_FULLY_CONNECTED_S4_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_mve_fully_connected_s4 {
    int32_t rows, input_n, output_n;
    int16_t output_zero_point, min, max;
    int16_t first, rest, more; /* chunks of 16 products: first + more * rest */
    int32_t scale;             /* of the short requantisation; 0: the general one */
    int32_t shift;
    const int32_t *packed;     /* weights and requantisation of four outputs after the other: tc_mve_dense_s4.h */
};
/* Rows of any number times a constant matrix of int4, for Helium. */
TC_CODE void tc_mve_fully_connected_s4(const struct tc_mve_fully_connected_s4 *p, const int8_t *input, int8_t *output,
                                       void *scratch);

#ifdef __cplusplus
}
#endif

#endif
