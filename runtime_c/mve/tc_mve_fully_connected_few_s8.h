/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MVE_FULLY_CONNECTED_FEW_S8_H
#define TC_MVE_FULLY_CONNECTED_FEW_S8_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_mve_fully_connected_few_s8 {
    int32_t rows, input_n, output_n;
    int16_t output_zero_point;
    int16_t min, max;
    const int8_t *weights;      /* (output_n, input_n) */
    const int32_t *bias;        /* (output_n), minus the input's zero point times the sum of the weights */
    const int32_t *multipliers; /* (output_n) */
    const int8_t *shifts;       /* (output_n) */
};
/* Few outputs, of which two are made at a time: output (rows, output_n) = input (rows, input_n) weights + bias. */
TC_CODE void tc_mve_fully_connected_few_s8(const struct tc_mve_fully_connected_few_s8 *p, const int8_t *input, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
