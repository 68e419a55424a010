/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_broadcast.h"
#include "tc_mul_constant_s8.h"
#include "tc_requantize.h"

void tc_mul_constant_s8(const struct tc_mul_constant_s8 *p, const int8_t *input, int8_t *output)
{
    struct tc_row row = {0};
    do {
        const int8_t *x = input + row.first;
        const int8_t *factor = p->factors + row.second;
        for (int32_t i = 0; i < p->shape[TC_AXES - 1]; i++) {
            const int32_t product = (*x - p->zero_point) * (*factor - p->factor_zero_point);
            const int32_t out = tc_requantize(product, p->multiplier, p->shift) + p->output_zero_point;
            *output++ = (int8_t)tc_clamp(out, p->min, p->max);
            x += p->steps[TC_AXES - 1];
            factor += p->factor_steps[TC_AXES - 1];
        }
    } while (tc_next_row(&row, p->shape, p->steps, p->factor_steps) != 0);
}

void tc_mul_constant_s8_row(const void *params, const int8_t *const *rows, int8_t *output)
{
    tc_mul_constant_s8(params, rows[0], output);
}
