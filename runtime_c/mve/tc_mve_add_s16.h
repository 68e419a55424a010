/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MVE_ADD_S16_H
#define TC_MVE_ADD_S16_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_mve_add_s16 {
    int32_t shape[4], steps1[4], steps2[4];
    int16_t min, max;
    int32_t multiplier1, factor1; /* of 2^15 * input1, whose scale is not the larger one */
    int32_t sign1, sign2;         /* 1 or -1, and 2^14 times so much */
    int32_t multiplier, factor;   /* of the sum */
};
/* The sum or difference of two tensors. Words times `multiplier` * 2^-31 * `factor` * 2^-31, rounded twice. */
TC_CODE void tc_mve_add_s16(const struct tc_mve_add_s16 *p, const int16_t *input1, const int16_t *input2,
                            int16_t *output);

#ifdef __cplusplus
}
#endif

#endif
