/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_SQUARED_DIFFERENCE_S8_H
#define TC_SQUARED_DIFFERENCE_S8_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_squared_difference_s8 {
    int32_t shape[4], steps1[4], steps2[4];
    int16_t zero_point1, zero_point2, output_zero_point;
    int16_t min, max;
    int32_t multiplier1, multiplier2, multiplier; /* of 2^7 times an operand, and of the square */
    int8_t shift1, shift2, shift;                 /* none is positive but shift, which may be 1 */
};
/* The square of the difference of two tensors. */
TC_CODE void tc_squared_difference_s8(const struct tc_squared_difference_s8 *p, const int8_t *input1,
                              const int8_t *input2, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
