/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_requantize.h"
#include "tinycompile.h"

/* x^3 of a positive number with 3 integer bits, as x has; saturated, for 2^3 would be too large. */
static int32_t cubed(int32_t x)
{
    const int32_t cube = tc_doubling_high_mul(tc_doubling_high_mul(x, x), x); /* 9 integer bits */
    return cube < (int32_t)1 << 25 ? cube * 64 : INT32_MAX;
}

/* 2^20 / sqrt(x), x > 0, by Newton's method on x * 4^pairs, which lies in [2^27, 2^29). */
static int32_t inverse_square_root(int32_t x)
{
    if (x == 1) {
        return (int32_t)1 << 20;
    }
    int pairs = 0;
    while (x < (int32_t)1 << 27) {
        x *= 4;
        pairs++;
    }
    const int32_t half = tc_rounding_shift_right(x >> 1, 1);
    const int32_t three_halves = ((int32_t)1 << 28) + ((int32_t)1 << 27);
    int32_t y = (int32_t)1 << 28;
    for (int step = 0; step < 5; step++) {
        y = tc_doubling_high_mul(three_halves, y) - tc_doubling_high_mul(half, cubed(y));
        y *= 8; /* again 3 integer bits */
    }
    y = tc_doubling_high_mul(y, 1518500250); /* sqrt(1/2) */
    const int shift = pairs - 11;
    return shift > 0 ? tc_requantize(1, y * ((int32_t)1 << shift), 20) : tc_requantize(1, y, shift + 20);
}

void tc_rsqrt_s16(const struct tc_rsqrt_s16 *p, const int16_t *input, int16_t *output)
{
    for (int32_t i = 0; i < p->count; i++) {
        int32_t y = p->max;
        if (input[i] > 0) {
            y = tc_requantize(inverse_square_root(input[i]), p->multiplier, p->shift);
        }
        output[i] = (int16_t)tc_clamp(y, p->min, p->max);
    }
}
