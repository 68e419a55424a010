/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_DSP_ADD_S16_H
#define TC_DSP_ADD_S16_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Both operands go to twice the scale of the second, the larger one, with 15 more bits: the second times 2^14. */
struct tc_dsp_add_s16 {
    int32_t shape[4], steps1[4], steps2[4];
    int16_t min, max;
    int32_t multiplier1; /* of 2^15 times the first */
    int8_t shift1;       /* to the right, 1 to 31 */
    int8_t sign1, sign2; /* 1 or -1 */
    int32_t multiplier;  /* of the sum */
    int8_t shift;        /* to the right, 1 to 31 */
};
/* The sum or difference of two tensors. */
TC_CODE void tc_dsp_add_s16(const struct tc_dsp_add_s16 *p, const int16_t *input1, const int16_t *input2, int16_t *output);

#ifdef __cplusplus
}
#endif

#endif
