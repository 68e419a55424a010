/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_requantize.h"
#include "tc_softmax_s16.h"

/* The function that a table of 513 entries samples, between them by lines; entry 0 belongs to 0, x is below 2^16. */
static inline int32_t look_up(const int16_t *table, int32_t x)
{
    const int16_t *low = table + (x >> 7);
    return low[0] + (((low[1] - low[0]) * (x & 127) + 64) >> 7);
}

void tc_softmax_s16(const struct tc_softmax_s16 *p, const int16_t *input, int16_t *output)
{
    const int left = p->shift > 0 ? p->shift : 0, right = p->shift > 0 ? 0 : -p->shift;
    const int32_t half = right > 0 ? (int32_t)1 << (right - 1) : 0, ties = right > 0 ? -1 : 0;
    const int32_t multiplier = p->multiplier, depth = p->depth;
    const int16_t *const exponentials = p->exponentials;
    for (int32_t row = 0; row < p->rows; row++) {
        int32_t max = input[0];
        for (int32_t i = 1; i < depth; i++) {
            max = input[i] > max ? input[i] : max;
        }

        uint32_t sum = 0; /* 15 fractional bits; the greatest element adds nearly 1 */
        for (int32_t i = 0; i < depth; i++) {
            /* tc_requantize, of what is never positive: halves go down */
            const int32_t below = tc_doubling_high_mul((input[i] - max) * ((int32_t)1 << left), multiplier);
            const int32_t x = ((below + half + ((below >> 31) & ties)) >> right) + UINT16_MAX;
            const int32_t value = look_up(exponentials, x < 0 ? 0 : x);
            output[i] = (int16_t)value;
            sum += (uint32_t)value;
        }

        /* sum = (1 + fraction) * 2^shift, fraction with 16 bits; 1 / (1 + fraction) has 15. */
        int shift = 30;
        if (sum >> 22 == 0) {
            sum <<= 8;
            shift -= 8;
        }
        while (sum >> 30 == 0) {
            sum <<= 1;
            shift--;
        }
        const int32_t fraction = (int32_t)((sum + (1 << 13)) >> 14) - (1 << 16);
        const int32_t inverse = look_up(p->inverses, fraction < UINT16_MAX ? fraction : UINT16_MAX);

        const int32_t half_step = (int32_t)1 << (shift - 1);
        for (int32_t i = 0; i < depth; i++) { /* neither table has negative entries */
            const int32_t value = (output[i] * inverse + half_step) >> shift;
            output[i] = (int16_t)(value < INT16_MAX ? value : INT16_MAX);
        }
        input += depth;
        output += depth;
    }
}
