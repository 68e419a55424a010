/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_DSP_ADD_EXACT_S8_H
#define TC_DSP_ADD_EXACT_S8_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Both operands go to half the scale of the first, the larger one, with 20 more bits: the first times 2^19. */
struct tc_dsp_add_exact_s8 {
    int32_t shape[4], steps1[4], steps2[4];
    int16_t zero_point1, zero_point2;
    int16_t min, max;
    int8_t sign1, sign2; /* 1 or -1 */
    int8_t shift2;       /* to the right, of the second, 0 to 30 */
    int8_t shift;        /* to the right, of the sum, 1 to 22 */
    int32_t multiplier2, multiplier;
    int32_t constant; /* (2 * zero point of the output + 1) * 2^(shift - 1) */
};
/* The sum or difference of two tensors, as TFLite computes it. */
TC_CODE void tc_dsp_add_exact_s8(const struct tc_dsp_add_exact_s8 *p, const int8_t *input1, const int8_t *input2,
                                 int8_t *output);
TC_CODE void tc_dsp_add_exact_s8_row(const void *params, const int8_t *const *rows, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
