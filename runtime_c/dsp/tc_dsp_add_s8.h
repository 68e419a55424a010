/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_DSP_ADD_S8_H
#define TC_DSP_ADD_S8_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_dsp_add_s8 {
    int32_t shape[4], steps1[4], steps2[4]; /* the last steps are 1 */
    int16_t min, max;
    int32_t factor1, factor2, constant; /* sum = floor(x * factor1 / 2^8) + floor(y * factor2 / 2^8) + constant */
    int32_t half;                       /* 0, or the sum loses 3 where it is negative, and then this is added */
};
/* The sum or difference of two tensors: ssat8(sum >> 16), which for all x and y is what TFLite makes of them. */
TC_CODE void tc_dsp_add_s8(const struct tc_dsp_add_s8 *p, const int8_t *input1, const int8_t *input2, int8_t *output);
TC_CODE void tc_dsp_add_s8_row(const void *params, const int8_t *const *rows, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
