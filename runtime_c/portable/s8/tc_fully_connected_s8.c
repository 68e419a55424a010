/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_fully_connected_s8.h"
#include "tc_requantize.h"

void tc_fully_connected_s8(const struct tc_fully_connected_s8 *p, const int8_t *input, int8_t *output)
{
    for (int32_t row = 0; row < p->rows; row++) {
        const int8_t *w = p->weights;
        for (int32_t n = 0; n < p->output_n; n++) {
            uint32_t sum = (uint32_t)p->bias[n];
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
