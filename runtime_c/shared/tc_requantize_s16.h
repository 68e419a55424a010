/* SPDX-License-Identifier: Apache-2.0 */
/* Leaving int64: the fixed-point arithmetic of products of int16. Private to the kernels. */
#ifndef TC_REQUANTIZE_S16_H
#define TC_REQUANTIZE_S16_H

#include "tc_requantize.h"

/* x * multiplier * 2^(shift - 15), rounded to nearest, ties up, as TFLite does; |x| < 2^47, multiplier in
 * [0, 2^15), shift in [-31, 7]. A result beyond int32 wraps. */
static inline int32_t tc_requantize_s64(int64_t x, int32_t multiplier, int shift)
{
    const int right = 15 - shift;
    return (int32_t)((x * multiplier + ((int64_t)1 << (right - 1))) >> right);
}

/* The requantised sum of products of int16 and int8. If narrow, as with an int32 bias, it wraps at 32 bits and
 * the multiplier has 31 fraction bits instead of 15. */
static inline int32_t tc_requantize_s16(int64_t sum, int32_t multiplier, int shift, int narrow)
{
    return narrow ? tc_requantize((int32_t)sum, multiplier, shift)
                  : tc_requantize_s64(sum, multiplier, shift);
}

#endif
