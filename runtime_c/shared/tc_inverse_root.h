/* SPDX-License-Identifier: Apache-2.0 */
/* 1 / sqrt(x) in fixed point. Private to kernels. */
#ifndef TC_INVERSE_ROOT_H
#define TC_INVERSE_ROOT_H

#include "tc_requantize.h"

/* x^3 of a positive number with 3 integer bits, as x has; saturated, for 2^3 would be too large. */
static inline int32_t tc_cubed(int32_t x)
{
    const int32_t cube = tc_doubling_high_mul(tc_doubling_high_mul(x, x), x); /* 9 integer bits */
    return cube < (int32_t)1 << 25 ? cube * 64 : INT32_MAX;
}

/* 1 / sqrt(x) as multiplier * 2^(shift - 31), by Newton's method on x * 4^pairs, which lies in [2^27, 2^29). Gives
 * the shift; up to x = 1 the largest multiplier. */
static inline int tc_inverse_root(int32_t x, int32_t *multiplier)
{
    if (x <= 1) {
        *multiplier = INT32_MAX;
        return 0;
    }
    int pairs = 0;
    for (; x >= (int32_t)1 << 29; pairs--) {
        x /= 4;
    }
    for (; x < (int32_t)1 << 27; pairs++) {
        x *= 4;
    }
    const int32_t half = tc_rounding_shift_right(x >> 1, 1);
    const int32_t three_halves = ((int32_t)1 << 28) + ((int32_t)1 << 27);
    int32_t y = (int32_t)1 << 28;
    for (int step = 0; step < 5; step++) {
        y = tc_doubling_high_mul(three_halves, y) - tc_doubling_high_mul(half, tc_cubed(y));
        y *= 8; /* again 3 integer bits */
    }
    y = tc_doubling_high_mul(y, 1518500250); /* sqrt(1/2) */
    const int shift = pairs - 11;
    *multiplier = shift > 0 ? y * ((int32_t)1 << shift) : y;
    return shift > 0 ? 0 : shift;
}

#endif
