/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MVE_MUL_S8_H
#define TC_MVE_MUL_S8_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_mve_mul_s8 {
    int32_t shape[4], steps1[4], steps2[4];
    int16_t zero_point1, zero_point2, output_zero_point;
    int16_t min, max;
    int32_t multiplier, factor;
};
/* The product of two tensors, times `multiplier` * 2^-31 * `factor` * 2^-31, rounded twice. */
TC_CODE void tc_mve_mul_s8(const struct tc_mve_mul_s8 *p, const int8_t *input1, const int8_t *input2, int8_t *output);
TC_CODE void tc_mve_mul_s8_row(const void *params, const int8_t *const *rows, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
