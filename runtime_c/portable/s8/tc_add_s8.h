/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_ADD_S8_H
#define TC_ADD_S8_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_add_s8 {
    int32_t shape[4], steps1[4], steps2[4];
    int16_t zero_point1, zero_point2, output_zero_point;
    int16_t min, max;
    int32_t multiplier1, multiplier2, multiplier; /* of 2^20 times an operand, and of the sum */
    int8_t shift1, shift2, shift;                 /* none is positive */
    int8_t subtract;                              /* 1 for input1 - input2 */
};
/* The sum or difference of two tensors. */
TC_CODE void tc_add_s8(const struct tc_add_s8 *p, const int8_t *input1, const int8_t *input2, int8_t *output);
TC_CODE void tc_add_s8_row(const void *params, const int8_t *const *rows, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
