/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_CMSIS_FULLY_CONNECTED_S4_H
#define TC_CMSIS_FULLY_CONNECTED_S4_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_cmsis_fully_connected_s4 {
    int32_t rows, input_n, output_n;
    int16_t output_zero_point;
    int16_t min, max;
    const int8_t *weights; /* (output_n, input_n) */
    const int32_t *bias;   /* (output_n), minus the input's zero point times the sum of the weights */
    int32_t multiplier;
    int8_t shift;
};
/* output (rows, output_n) = input (rows, input_n) weights + bias. Weights are int4: two a byte, the first the
 * lower half. By Arm's CMSIS-NN, which is not part of TinyCompile. */
TC_CODE void tc_cmsis_fully_connected_s4(const struct tc_cmsis_fully_connected_s4 *p, const int8_t *input, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
