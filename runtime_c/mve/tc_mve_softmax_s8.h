/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MVE_SOFTMAX_S8_H
#define TC_MVE_SOFTMAX_S8_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_mve_softmax_s8 {
    int32_t rows;
    int16_t depth; /* below 2^12 */
    int16_t output_zero_point;
    int16_t count;               /* of exponentials; those beyond are 0 */
    int8_t exponent;             /* the output is value * multiplier / 2^(exponent + integer bits of the sum) */
    int32_t multiplier;          /* 31 fractional bits; 0 stands for 1 */
    const int32_t *exponentials; /* exp(-i * scale of the input), 31 fractional bits */
};
/* Softmax over rows of depth, to int8; may run in place. */
TC_CODE void tc_mve_softmax_s8(const struct tc_mve_softmax_s8 *p, const int8_t *input, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
