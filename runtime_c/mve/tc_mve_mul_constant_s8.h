/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MVE_MUL_CONSTANT_S8_H
#define TC_MVE_MUL_CONSTANT_S8_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_mve_mul_constant_s8 {
    int32_t shape[4], steps[4], factor_steps[4];
    int16_t zero_point, factor_zero_point, output_zero_point;
    int16_t min, max;
    const int8_t *factors;
    int32_t multiplier, factor;
};
/* The product of a tensor and a constant one, times `multiplier` * 2^-31 * `factor` * 2^-31, rounded twice. */
TC_CODE void tc_mve_mul_constant_s8(const struct tc_mve_mul_constant_s8 *p, const int8_t *input, int8_t *output);
TC_CODE void tc_mve_mul_constant_s8_row(const void *params, const int8_t *const *rows, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
