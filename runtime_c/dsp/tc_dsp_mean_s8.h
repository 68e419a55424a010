/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_DSP_MEAN_S8_H
#define TC_DSP_MEAN_S8_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_dsp_mean_s8 {
    int32_t kept[3], reduced[2]; /* input (kept, reduced, kept, reduced, kept); the last 4 or more */
    int32_t bias;                /* minus the input's zero point times the values in a sum */
    int32_t multiplier;          /* a mean's includes the division by their count */
    int8_t shift;
    int16_t output_zero_point;
    int16_t min, max;
};
/* output (kept, kept, kept) = scaled sums of the input over the reduced axes. */
TC_CODE void tc_dsp_mean_s8(const struct tc_dsp_mean_s8 *p, const int8_t *input, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
