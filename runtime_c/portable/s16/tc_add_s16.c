/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_add_s16.h"
#include "tc_broadcast.h"
#include "tc_requantize.h"

void tc_add_s16(const struct tc_add_s16 *p, const int16_t *input1, const int16_t *input2, int16_t *output)
{
    struct tc_row row = {0};
    do {
        const int16_t *x = input1 + row.first;
        const int16_t *y = input2 + row.second;
        for (int32_t i = 0; i < p->shape[TC_AXES - 1]; i++) {
            /* On the scale that both share, with 15 more bits: at most 2^29 each. */
            const int32_t a = tc_requantize(*x * ((int32_t)1 << 15), p->multiplier1, p->shift1);
            const int32_t b = tc_requantize(*y * ((int32_t)1 << 15), p->multiplier2, p->shift2);
            const int32_t sum = p->subtract ? a - b : a + b;
            *output++ = (int16_t)tc_clamp(tc_requantize(sum, p->multiplier, p->shift), p->min, p->max);
            x += p->steps1[TC_AXES - 1];
            y += p->steps2[TC_AXES - 1];
        }
    } while (tc_next_row(&row, p->shape, p->steps1, p->steps2) != 0);
}
