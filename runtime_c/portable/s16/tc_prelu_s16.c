/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_prelu_s16.h"
#include "tc_requantize.h"

void tc_prelu_s16(const struct tc_prelu_s16 *p, const int16_t *input, int16_t *output)
{
    for (int32_t row = 0; row < p->rows; row++) {
        for (int32_t c = 0; c < p->channels; c++) {
            int32_t x = *input++;
            if (x >= 0) {
                x = tc_requantize(x, p->multiplier, p->shift);
            } else {
                x *= p->slopes[c] - p->slope_zero_point;
                x = tc_requantize(x, p->slope_multiplier, p->slope_shift);
            }
            *output++ = (int16_t)tc_clamp(x, p->min, p->max);
        }
    }
}
