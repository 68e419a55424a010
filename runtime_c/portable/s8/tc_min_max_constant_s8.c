/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_broadcast.h"
#include "tc_min_max_constant_s8.h"

void tc_min_max_constant_s8(const struct tc_min_max_constant_s8 *p, const int8_t *input, int8_t *output)
{
    struct tc_row row = {0};
    do {
        const int8_t *x = input + row.first;
        const int8_t *bound = p->bounds + row.second;
        for (int32_t i = 0; i < p->shape[TC_AXES - 1]; i++) {
            const int input_is_larger = *x > *bound;
            *output++ = (int8_t)(input_is_larger == p->maximum ? *x : *bound);
            x += p->steps[TC_AXES - 1];
            bound += p->bound_steps[TC_AXES - 1];
        }
    } while (tc_next_row(&row, p->shape, p->steps, p->bound_steps) != 0);
}

void tc_min_max_constant_s8_row(const void *params, const int8_t *const *rows, int8_t *output)
{
    tc_min_max_constant_s8(params, rows[0], output);
}
