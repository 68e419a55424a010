/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MVE_FULLY_CONNECTED_S8_H
#define TC_MVE_FULLY_CONNECTED_S8_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_mve_fully_connected_s8 {
    int32_t rows, input_n, output_n;
    int16_t output_zero_point, min, max;
    int16_t first, rest, more; /* chunks of 16 products: first + more * rest */
    int16_t together;          /* outputs that are made at a time: 8 of a single row, or 4: tc_mve_dense.h */
    int16_t alike;             /* 1: all outputs have one m, which comes first; with 8 together */
    int32_t scale;             /* of the short requantisation; 0: the general one */
    int32_t shift;
    const int32_t *packed;     /* of one group of outputs after the other weights, by chunks, and requantisation */
};
/* Rows of any number times a constant matrix, for Helium. */
TC_CODE void tc_mve_fully_connected_s8(const struct tc_mve_fully_connected_s8 *p, const int8_t *input, int8_t *output,
                               void *scratch);

#ifdef __cplusplus
}
#endif

#endif
