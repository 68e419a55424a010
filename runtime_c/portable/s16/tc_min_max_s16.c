/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_broadcast.h"
#include "tc_min_max_s16.h"

void tc_min_max_s16(const struct tc_min_max_s16 *p, const int16_t *input1, const int16_t *input2,
                    int16_t *output)
{
    struct tc_row row = {0};
    do {
        const int16_t *x = input1 + row.first;
        const int16_t *y = input2 + row.second;
        for (int32_t i = 0; i < p->shape[TC_AXES - 1]; i++) {
            const int first_is_larger = *x > *y;
            *output++ = (int16_t)(first_is_larger == p->maximum ? *x : *y);
            x += p->steps1[TC_AXES - 1];
            y += p->steps2[TC_AXES - 1];
        }
    } while (tc_next_row(&row, p->shape, p->steps1, p->steps2) != 0);
}
