/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_logistic_s16.h"
#include "tc_sigmoid.h"

void tc_logistic_s16(const struct tc_logistic_s16 *p, const int16_t *input, int16_t *output)
{
    for (int32_t i = 0; i < p->count; i++) {
        const int32_t x = tc_sigmoid_argument(input[i], p->multiplier, p->shift);
        const int32_t size = x < 0 ? -x : x;
        /* 25 fractional bits; far from 0 the output is 1 - 2^-15. */
        const int32_t y = size >> 9 < 255 ? tc_sigmoid(p->table, size, 9) : (int32_t)INT16_MAX << 10;
        const int32_t half = (int32_t)1 << 9;
        output[i] = (int16_t)((x < 0 ? ((int32_t)1 << 25) - y + half - 1 : y + half) >> 10);
    }
}
