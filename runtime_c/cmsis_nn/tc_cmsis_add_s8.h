/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_CMSIS_ADD_S8_H
#define TC_CMSIS_ADD_S8_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_cmsis_add_s8 {
    int32_t count;
    int16_t zero_point1, zero_point2, output_zero_point;
    int16_t min, max;
    int32_t multiplier1, multiplier2, multiplier; /* of 2^20 times an operand, and of the sum */
    int8_t shift1, shift2, shift;                 /* none is positive */
};
/* The sum of two tensors of one shape; may run in place. By Arm's CMSIS-NN, which is not part of TinyCompile. */
TC_CODE void tc_cmsis_add_s8(const struct tc_cmsis_add_s8 *p, const int8_t *input1, const int8_t *input2, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
