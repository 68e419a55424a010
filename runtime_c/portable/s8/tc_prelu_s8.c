/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_prelu_s8.h"
#include "tc_requantize.h"

void tc_prelu_s8(const struct tc_prelu_s8 *p, const int8_t *input, int8_t *output)
{
    for (int32_t row = 0; row < p->rows; row++) {
        for (int32_t c = 0; c < p->channels; c++) {
            int32_t x = *input++ - p->input_zero_point;
            if (x >= 0) {
                x = tc_requantize(x, p->multiplier, p->shift);
            } else {
                x *= p->slopes[c] - p->slope_zero_point;
                x = tc_requantize(x, p->slope_multiplier, p->slope_shift);
            }
            *output++ = (int8_t)tc_clamp(x + p->output_zero_point, p->min, p->max);
        }
    }
}

void tc_prelu_s8_row(const void *params, const int8_t *const *rows, int8_t *output)
{
    tc_prelu_s8(params, rows[0], output);
}
