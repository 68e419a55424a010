/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_dsp_mean_s8.h"
#include "tc_dsp_sums.h"
#include "tc_requantize.h"

void tc_dsp_mean_s8(const struct tc_dsp_mean_s8 *p, const int8_t *input, int8_t *output)
{
    const int32_t step = p->kept[2], row = p->reduced[1] * step, line = p->kept[1] * row;
    for (int32_t a = 0; a < p->kept[0]; a++, input += p->reduced[0] * line) {
        const int8_t *in = input;
        for (int32_t b = 0; b < p->kept[1]; b++, in += row, output += step) {
            for (int32_t c = 0, next = 4; next > 0; c += next) {
                int32_t sums[4];
                tc_dsp_sums(in + c, p->reduced[0], p->reduced[1], step, line, sums);
                for (int i = 0; i < 4; i++) {
                    const int32_t value = tc_requantize(sums[i] + p->bias, p->multiplier, p->shift);
                    output[c + i] = (int8_t)tc_clamp(value + p->output_zero_point, p->min, p->max);
                }
                next = tc_least(4, step - 4 - c); /* where fewer than four are left, they go with others once more */
            }
        }
    }
}
