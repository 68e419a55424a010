/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mean_s8.h"
#include "tc_requantize.h"

void tc_mean_s8(const struct tc_mean_s8 *p, const int8_t *input, int8_t *output)
{
    const int32_t inner_step = p->kept[2];
    const int32_t row = p->reduced[1] * p->kept[2];
    const int32_t outer_step = p->kept[1] * row;

    for (int32_t a = 0; a < p->kept[0]; a++) {
        for (int32_t b = 0; b < p->kept[1]; b++) {
            for (int32_t c = 0; c < p->kept[2]; c++) {
                const int8_t *outer = input + b * row + c;
                int32_t sum = p->bias;
                for (int32_t i = 0; i < p->reduced[0]; i++) {
                    const int8_t *in = outer;
                    for (int32_t j = 0; j < p->reduced[1]; j++) {
                        sum += *in;
                        in += inner_step;
                    }
                    outer += outer_step;
                }
                sum = tc_requantize(sum, p->multiplier, p->shift) + p->output_zero_point;
                *output++ = (int8_t)tc_clamp(sum, p->min, p->max);
            }
        }
        input += p->reduced[0] * outer_step;
    }
}
