/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_add_constant_s8.h"
#include "tc_broadcast.h"
#include "tc_requantize.h"

void tc_add_constant_s8(const struct tc_add_constant_s8 *p, const int8_t *input, int8_t *output)
{
    struct tc_row row = {0};
    do {
        const int8_t *x = input + row.first;
        const int32_t *term = p->terms + row.second;
        for (int32_t i = 0; i < p->shape[TC_AXES - 1]; i++) {
            const int32_t raised = (*x - p->zero_point) * ((int32_t)1 << 20);
            const int32_t a = tc_requantize(raised, p->multiplier1, p->shift1);
            const int32_t sum = p->negate ? *term - a : *term + a;
            const int32_t out = tc_requantize(sum, p->multiplier, p->shift) + p->output_zero_point;
            *output++ = (int8_t)tc_clamp(out, p->min, p->max);
            x += p->steps[TC_AXES - 1];
            term += p->term_steps[TC_AXES - 1];
        }
    } while (tc_next_row(&row, p->shape, p->steps, p->term_steps) != 0);
}

void tc_add_constant_s8_row(const void *params, const int8_t *const *rows, int8_t *output)
{
    tc_add_constant_s8(params, rows[0], output);
}
