/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_dot.h"
#include "tc_fully_connected_s16.h"
#include "tc_requantize_s16.h"

void tc_fully_connected_s16(const struct tc_fully_connected_s16 *p, const int16_t *input, int16_t *output)
{
    for (int32_t row = 0; row < p->rows; row++) {
        const int8_t *w = p->weights;
        for (int32_t n = 0; n < p->output_n; n++) {
            const int64_t sum = p->bias[n] + tc_dot_s16(input, w, p->input_n);
            const int32_t out = tc_requantize_s16(sum, p->multipliers[n], p->shifts[n], p->narrow);
            *output++ = (int16_t)tc_clamp(out, p->min, p->max);
            w += p->input_n;
        }
        input += p->input_n;
    }
}
