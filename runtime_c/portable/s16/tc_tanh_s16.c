/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_sigmoid.h"
#include "tc_tanh_s16.h"

/* tanh(x) = 2 * sigmoid(2 * x) - 1 */
void tc_tanh_s16(const struct tc_tanh_s16 *p, const int16_t *input, int16_t *output)
{
    for (int32_t i = 0; i < p->count; i++) {
        const int32_t x = tc_sigmoid_argument(input[i], p->multiplier, p->shift);
        const int32_t size = x < 0 ? -x : x;
        /* sigmoid - 1/2, 24 fractional bits; far from 0 the output is 1 - 2^-15. */
        const int32_t sigmoid = size >> 8 < 255 ? tc_sigmoid(p->table, size, 8) : (int32_t)UINT16_MAX << 8;
        const int32_t y = sigmoid - ((int32_t)1 << 23);
        const int32_t half = (int32_t)1 << 7;
        output[i] = (int16_t)((x < 0 ? half - 1 - y : y + half) >> 8);
    }
}
