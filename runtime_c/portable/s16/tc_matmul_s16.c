/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_matmul_s16.h"
#include "tc_requantize_s16.h"

void tc_matmul_s16(const struct tc_matmul_s16 *p, const int16_t *a, const int16_t *b, int16_t *output)
{
    for (int32_t batch = 0; batch < p->batches; batch++) {
        const int16_t *row = a + batch * p->a_step;
        for (int32_t m = 0; m < p->rows; m++) {
            for (int32_t n = 0; n < p->columns; n++) {
                const int16_t *column = b + batch * p->b_step + n;
                int64_t sum = 0;
                for (int32_t k = 0; k < p->depth; k++) {
                    const int32_t product = row[k] * column[k * p->columns];
                    sum += product;
                }
                const int32_t out = tc_requantize_s64(sum, p->multiplier, p->shift);
                *output++ = (int16_t)tc_clamp(out, p->min, p->max);
            }
            row += p->depth;
        }
    }
}
