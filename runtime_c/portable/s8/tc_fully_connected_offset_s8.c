/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_fully_connected_offset_s8.h"
#include "tc_requantize.h"

void tc_fully_connected_offset_s8(const struct tc_fully_connected_offset_s8 *p, const int8_t *input, int8_t *output)
{
    for (int32_t row = 0; row < p->rows; row++) {
        const int8_t *w = p->weights;
        int32_t inputs = 0;
        for (int32_t k = 0; k < p->input_n; k++) {
            inputs += input[k];
        }
        for (int32_t n = 0; n < p->output_n; n++) {
            /* sum(x * (w - z)) = sum(x * w) - z * sum(x) */
            uint32_t sum = (uint32_t)p->bias[n] - (uint32_t)(inputs * p->weights_zero_point);
            for (int32_t k = 0; k < p->input_n; k++) {
                sum += (uint32_t)(input[k] * w[k]);
            }
            w += p->input_n;
            const int32_t value = tc_requantize((int32_t)sum, p->multipliers[n], p->shifts[n]) + p->output_zero_point;
            *output++ = (int8_t)tc_clamp(value, p->min, p->max);
        }
        input += p->input_n;
    }
}
