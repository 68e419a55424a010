/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_ADD_CONSTANT_S8_H
#define TC_ADD_CONSTANT_S8_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_add_constant_s8 {
    int32_t shape[4], steps[4], term_steps[4];
    int16_t zero_point, output_zero_point;
    int16_t min, max;
    int32_t multiplier1, multiplier; /* of 2^20 times the input, and of the sum */
    int8_t shift1, shift;            /* none is positive */
    int8_t negate;                   /* 1 for terms - input */
    const int32_t *terms;            /* the constant, as the input is after multiplier1 */
};
/* A tensor plus, or subtracted from, a constant one. */
TC_CODE void tc_add_constant_s8(const struct tc_add_constant_s8 *p, const int8_t *input, int8_t *output);
TC_CODE void tc_add_constant_s8_row(const void *params, const int8_t *const *rows, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
