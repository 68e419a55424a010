/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_DSP_MUL_S16_H
#define TC_DSP_MUL_S16_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_dsp_mul_s16 {
    int32_t shape[4], steps1[4], steps2[4];
    int16_t min, max;
    int32_t multiplier;
    int8_t shift; /* to the right, 1 to 30 */
};
/* The product of two tensors. */
TC_CODE void tc_dsp_mul_s16(const struct tc_dsp_mul_s16 *p, const int16_t *input1, const int16_t *input2, int16_t *output);

#ifdef __cplusplus
}
#endif

#endif
