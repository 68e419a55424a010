/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mean_s8.h"
#include "tc_requantize.h"
#include "tc_sums.h"

static inline int8_t leave(const struct tc_mean_s8 *p, int32_t sum)
{
    const int32_t value = tc_requantize(sum + p->bias, p->multiplier, p->shift) + p->output_zero_point;
    return (int8_t)tc_clamp(value, p->min, p->max);
}

void tc_mean_s8(const struct tc_mean_s8 *p, const int8_t *input, int8_t *output)
{
    const int32_t inner_step = p->kept[2];
    const int32_t row = p->reduced[1] * p->kept[2];
    const int32_t outer_step = p->kept[1] * row;

    for (int32_t a = 0; a < p->kept[0]; a++) {
        for (int32_t b = 0; b < p->kept[1]; b++) {
            for (int32_t c = 0; c < p->kept[2]; c++) {
                const int8_t *outer = input + b * row + c;
                int32_t sum = 0;
                for (int32_t i = 0; i < p->reduced[0]; i++) {
                    const int8_t *in = outer;
                    for (int32_t j = 0; j < p->reduced[1]; j++) {
                        sum += *in;
                        in += inner_step;
                    }
                    outer += outer_step;
                }
                *output++ = leave(p, sum);
            }
        }
        input += p->reduced[0] * outer_step;
    }
}

void tc_mean_s8_sum(const void *params, const int8_t *const *rows, int8_t *output)
{
    const struct tc_mean_s8 *p = params;
    tc_add_to_sums(rows, p->reduced[0], p->kept[1] * p->kept[2], output);
}

void tc_mean_s8_end(const void *params, const int8_t *const *rows, int8_t *output)
{
    const struct tc_mean_s8 *p = params;
    const int32_t *sums = (const int32_t *)(const void *)rows[0];
    for (int32_t c = 0; c < p->kept[1] * p->kept[2]; c++) {
        output[c] = leave(p, sums[c]);
    }
}
