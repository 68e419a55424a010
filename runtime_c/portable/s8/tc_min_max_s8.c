/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_broadcast.h"
#include "tc_min_max_s8.h"

void tc_min_max_s8(const struct tc_min_max_s8 *p, const int8_t *input1, const int8_t *input2, int8_t *output)
{
    struct tc_row row = {0};
    do {
        const int8_t *x = input1 + row.first;
        const int8_t *y = input2 + row.second;
        for (int32_t i = 0; i < p->shape[TC_AXES - 1]; i++) {
            const int first_is_larger = *x > *y;
            *output++ = (int8_t)(first_is_larger == p->maximum ? *x : *y);
            x += p->steps1[TC_AXES - 1];
            y += p->steps2[TC_AXES - 1];
        }
    } while (tc_next_row(&row, p->shape, p->steps1, p->steps2) != 0);
}

void tc_min_max_s8_row(const void *params, const int8_t *const *rows, int8_t *output)
{
    tc_min_max_s8(params, rows[0], rows[1], output);
}
