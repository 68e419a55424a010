/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_matmul_s8.h"
#include "tc_requantize.h"

void tc_matmul_s8(const struct tc_matmul_s8 *p, const int8_t *a, const int8_t *b, int8_t *output)
{
    for (int32_t batch = 0; batch < p->batches; batch++) {
        const int8_t *row = a + batch * p->a_step;
        for (int32_t m = 0; m < p->rows; m++) {
            for (int32_t n = 0; n < p->columns; n++) {
                const int8_t *column = b + batch * p->b_step + n;
                int32_t sum = 0;
                for (int32_t k = 0; k < p->depth; k++) {
                    sum += (row[k] - p->a_zero_point) * (column[k * p->columns] - p->b_zero_point);
                }
                sum = tc_requantize(sum, p->multiplier, p->shift) + p->output_zero_point;
                *output++ = (int8_t)tc_clamp(sum, p->min, p->max);
            }
            row += p->depth;
        }
    }
}
