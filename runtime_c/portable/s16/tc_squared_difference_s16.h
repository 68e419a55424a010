/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_SQUARED_DIFFERENCE_S16_H
#define TC_SQUARED_DIFFERENCE_S16_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_squared_difference_s16 {
    int32_t shape[4], steps1[4], steps2[4];
    int16_t min, max;
    int32_t multiplier1, multiplier2, multiplier; /* of an operand, and of the square */
    int8_t shift1, shift2, shift;                 /* none is positive */
};
/* The square of the difference of two tensors. */
TC_CODE void tc_squared_difference_s16(const struct tc_squared_difference_s16 *p, const int16_t *input1,
                               const int16_t *input2, int16_t *output);

#ifdef __cplusplus
}
#endif

#endif
