/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_float.h"
#include "tc_mean_f32.h"

void tc_mean_f32(const struct tc_mean_f32 *p, const float *input, float *output)
{
    const int32_t inner_step = p->kept[2];
    const int32_t row = p->reduced[1] * p->kept[2];
    const int32_t outer_step = p->kept[1] * row;

    for (int32_t a = 0; a < p->kept[0]; a++) {
        for (int32_t b = 0; b < p->kept[1]; b++) {
            for (int32_t c = 0; c < p->kept[2]; c++) {
                const float *outer = input + b * row + c;
                float sum = 0.0f;
                for (int32_t i = 0; i < p->reduced[0]; i++) {
                    const float *in = outer;
                    for (int32_t j = 0; j < p->reduced[1]; j++) {
                        sum += *in;
                        in += inner_step;
                    }
                    outer += outer_step;
                }
                *output++ = tc_clamp_f32(sum / p->divisor, p->min, p->max);
            }
        }
        input += p->reduced[0] * outer_step;
    }
}
