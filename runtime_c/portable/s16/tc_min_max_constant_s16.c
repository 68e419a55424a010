/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_broadcast.h"
#include "tc_min_max_constant_s16.h"

void tc_min_max_constant_s16(const struct tc_min_max_constant_s16 *p, const int16_t *input, int16_t *output)
{
    struct tc_row row = {0};
    do {
        const int16_t *x = input + row.first;
        const int16_t *bound = p->bounds + row.second;
        for (int32_t i = 0; i < p->shape[TC_AXES - 1]; i++) {
            const int input_is_larger = *x > *bound;
            *output++ = (int16_t)(input_is_larger == p->maximum ? *x : *bound);
            x += p->steps[TC_AXES - 1];
            bound += p->bound_steps[TC_AXES - 1];
        }
    } while (tc_next_row(&row, p->shape, p->steps, p->bound_steps) != 0);
}
