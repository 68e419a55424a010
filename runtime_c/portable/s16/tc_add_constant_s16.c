/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_add_constant_s16.h"
#include "tc_broadcast.h"
#include "tc_requantize.h"

void tc_add_constant_s16(const struct tc_add_constant_s16 *p, const int16_t *input, int16_t *output)
{
    struct tc_row row = {0};
    do {
        const int16_t *x = input + row.first;
        const int32_t *term = p->terms + row.second;
        for (int32_t i = 0; i < p->shape[TC_AXES - 1]; i++) {
            const int32_t a = tc_requantize(*x * ((int32_t)1 << 15), p->multiplier1, p->shift1);
            const int32_t sum = p->negate ? *term - a : *term + a;
            *output++ = (int16_t)tc_clamp(tc_requantize(sum, p->multiplier, p->shift), p->min, p->max);
            x += p->steps[TC_AXES - 1];
            term += p->term_steps[TC_AXES - 1];
        }
    } while (tc_next_row(&row, p->shape, p->steps, p->term_steps) != 0);
}
