/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_broadcast.h"
#include "tc_mul_constant_s16.h"
#include "tc_requantize.h"

void tc_mul_constant_s16(const struct tc_mul_constant_s16 *p, const int16_t *input, int16_t *output)
{
    struct tc_row row = {0};
    do {
        const int16_t *x = input + row.first;
        const int16_t *factor = p->factors + row.second;
        for (int32_t i = 0; i < p->shape[TC_AXES - 1]; i++) {
            const int32_t out = tc_requantize(*x * *factor, p->multiplier, p->shift);
            *output++ = (int16_t)tc_clamp(out, p->min, p->max);
            x += p->steps[TC_AXES - 1];
            factor += p->factor_steps[TC_AXES - 1];
        }
    } while (tc_next_row(&row, p->shape, p->steps, p->factor_steps) != 0);
}
