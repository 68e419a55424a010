/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MVE_MUL_S16_H
#define TC_MVE_MUL_S16_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_mve_mul_s16 {
    int32_t shape[4], steps1[4], steps2[4];
    int16_t min, max;
    int32_t multiplier, factor;
};
/* The product of two tensors, times `multiplier` * 2^-31 * `factor` * 2^-31, rounded twice. */
TC_CODE void tc_mve_mul_s16(const struct tc_mve_mul_s16 *p, const int16_t *input1, const int16_t *input2,
                            int16_t *output);

#ifdef __cplusplus
}
#endif

#endif
