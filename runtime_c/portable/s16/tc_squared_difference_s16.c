/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_broadcast.h"
#include "tc_requantize.h"
#include "tc_squared_difference_s16.h"

void tc_squared_difference_s16(const struct tc_squared_difference_s16 *p, const int16_t *input1,
                               const int16_t *input2, int16_t *output)
{
    struct tc_row row = {0};
    do {
        const int16_t *x = input1 + row.first;
        const int16_t *y = input2 + row.second;
        for (int32_t i = 0; i < p->shape[TC_AXES - 1]; i++) {
            /* On the scale that both share: at most 2^14 each, their difference 2^15. */
            const int32_t difference = tc_requantize(*x, p->multiplier1, p->shift1) -
                                       tc_requantize(*y, p->multiplier2, p->shift2);
            const int32_t out = tc_requantize(difference * difference, p->multiplier, p->shift);
            *output++ = (int16_t)tc_clamp(out, p->min, p->max);
            x += p->steps1[TC_AXES - 1];
            y += p->steps2[TC_AXES - 1];
        }
    } while (tc_next_row(&row, p->shape, p->steps1, p->steps2) != 0);
}
