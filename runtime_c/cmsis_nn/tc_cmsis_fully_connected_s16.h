/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_CMSIS_FULLY_CONNECTED_S16_H
#define TC_CMSIS_FULLY_CONNECTED_S16_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_cmsis_fully_connected_s16 {
    int32_t rows, input_n, output_n;
    int16_t min, max;
    const int8_t *weights; /* (output_n, input_n) */
    const int64_t *bias;   /* (output_n) */
    int32_t multiplier;
    int8_t shift;
};
/* output (rows, output_n) = input (rows, input_n) weights + bias. Multipliers have 31 fraction bits; CMSIS-NN
 * rounds them to 15 where it sums in 64 bits. By Arm's CMSIS-NN, which is not part of TinyCompile. */
TC_CODE void tc_cmsis_fully_connected_s16(const struct tc_cmsis_fully_connected_s16 *p, const int16_t *input,
                                  int16_t *output);

#ifdef __cplusplus
}
#endif

#endif
