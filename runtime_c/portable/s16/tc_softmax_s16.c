/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_requantize.h"
#include "tc_softmax_s16.h"

/* The function that a table of 513 entries samples, between them by lines: entry 0 belongs to -2^15. */
TC_CODE
static int32_t look_up(const int16_t *table, int32_t x)
{
    x = tc_clamp(x, INT16_MIN, INT16_MAX) - INT16_MIN;
    const int16_t *low = table + (x >> 7);
    return low[0] + (((low[1] - low[0]) * (x & 127) + 64) >> 7);
}

void tc_softmax_s16(const struct tc_softmax_s16 *p, const int16_t *input, int16_t *output)
{
    for (int32_t row = 0; row < p->rows; row++) {
        int32_t max = input[0];
        for (int32_t i = 1; i < p->depth; i++) {
            max = input[i] > max ? input[i] : max;
        }

        uint32_t sum = 0; /* 15 fractional bits; the greatest element adds nearly 1 */
        for (int32_t i = 0; i < p->depth; i++) {
            const int32_t below = tc_requantize(input[i] - max, p->multiplier, p->shift);
            const int32_t value = look_up(p->exponentials, below + INT16_MAX);
            output[i] = (int16_t)value;
            sum += (uint32_t)value;
        }

        /* sum = (1 + fraction) * 2^shift, fraction with 16 bits; 1 / (1 + fraction) has 15. */
        int shift = 30;
        while (!(sum >> 30)) {
            sum <<= 1;
            shift--;
        }
        const int32_t fraction = (int32_t)((sum + (1 << 13)) >> 14) - (1 << 16);
        const int32_t inverse = look_up(p->inverses, fraction + INT16_MIN);

        const int32_t half = (int32_t)1 << (shift - 1);
        for (int32_t i = 0; i < p->depth; i++) {
            output[i] = (int16_t)tc_clamp((output[i] * inverse + half) >> shift, 0, INT16_MAX);
        }
        input += p->depth;
        output += p->depth;
    }
}
