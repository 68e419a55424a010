/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MUL_CONSTANT_S16_H
#define TC_MUL_CONSTANT_S16_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_mul_constant_s16 {
    int32_t shape[4], steps[4], factor_steps[4];
    int16_t min, max;
    int32_t multiplier;
    int8_t shift; /* not positive */
    const int16_t *factors;
};
/* The product of a tensor and a constant one. */
TC_CODE void tc_mul_constant_s16(const struct tc_mul_constant_s16 *p, const int16_t *input, int16_t *output);

#ifdef __cplusplus
}
#endif

#endif
