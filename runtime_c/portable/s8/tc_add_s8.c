/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_add_s8.h"
#include "tc_broadcast.h"
#include "tc_requantize.h"

void tc_add_s8(const struct tc_add_s8 *p, const int8_t *input1, const int8_t *input2, int8_t *output)
{
    struct tc_row row = {0};
    do {
        const int8_t *x = input1 + row.first;
        const int8_t *y = input2 + row.second;
        for (int32_t i = 0; i < p->shape[TC_AXES - 1]; i++) {
            /* On the scale that both share, with 20 more bits: below 2^28 each. */
            const int32_t raised1 = (*x - p->zero_point1) * ((int32_t)1 << 20);
            const int32_t raised2 = (*y - p->zero_point2) * ((int32_t)1 << 20);
            const int32_t a = tc_requantize(raised1, p->multiplier1, p->shift1);
            const int32_t b = tc_requantize(raised2, p->multiplier2, p->shift2);
            const int32_t sum = p->subtract ? a - b : a + b;
            const int32_t out = tc_requantize(sum, p->multiplier, p->shift) + p->output_zero_point;
            *output++ = (int8_t)tc_clamp(out, p->min, p->max);
            x += p->steps1[TC_AXES - 1];
            y += p->steps2[TC_AXES - 1];
        }
    } while (tc_next_row(&row, p->shape, p->steps1, p->steps2) != 0);
}

void tc_add_s8_row(const void *params, const int8_t *const *rows, int8_t *output)
{
    tc_add_s8(params, rows[0], rows[1], output);
}
