/* SPDX-License-Identifier: Apache-2.0 */
/* Leaving int32: the fixed-point arithmetic shared by the kernels. Private to them. */
#ifndef TC_REQUANTIZE_H
#define TC_REQUANTIZE_H

#include <stdint.h>

/* The high half of 2*a*b, rounded to nearest, ties towards plus infinity; a*b must not be 2^62. Multipliers
 * are never negative, so the one product that would overflow, (-2^31)^2, does not occur. */
static inline int32_t tc_doubling_high_mul(int32_t a, int32_t b)
{
    return (int32_t)(((int64_t)a * b + ((int64_t)1 << 30)) >> 31);
}

/* x / 2^exponent, rounded to nearest, ties away from zero; exponent in [0, 31]. */
static inline int32_t tc_rounding_shift_right(int32_t x, int exponent)
{
    const int32_t mask = (int32_t)(((uint32_t)1 << exponent) - 1);
    const int32_t threshold = (mask >> 1) + (x < 0);
    return (x >> exponent) + ((x & mask) > threshold);
}

/* x * multiplier * 2^(shift - 31), rounded twice as TFLite does; shift in [-31, 30]. */
static inline int32_t tc_requantize(int32_t x, int32_t multiplier, int shift)
{
    const int left = shift > 0 ? shift : 0;
    const int right = shift > 0 ? 0 : -shift;
    const int32_t shifted = (int32_t)((uint32_t)x << left);
    return tc_rounding_shift_right(tc_doubling_high_mul(shifted, multiplier), right);
}

static inline int32_t tc_clamp(int32_t x, int32_t low, int32_t high)
{
    return x < low ? low : x > high ? high : x;
}

#endif
