/* SPDX-License-Identifier: Apache-2.0 */
/* The sigmoid function by a table, for int16 logistic and tanh. Private to them. */
#ifndef TC_SIGMOID_H
#define TC_SIGMOID_H

#include <stdint.h>

/* x * multiplier / 2^shift, rounded to nearest, ties up; below 2^30, for the multiplier is below 2^15. */
static inline int32_t tc_sigmoid_argument(int16_t x, int32_t multiplier, int shift)
{
    const int32_t half = shift > 0 ? (int32_t)1 << (shift - 1) : 0;
    return (x * multiplier + half) >> shift;
}

/* sigmoid(x / (24 * 2^bits)) with 16 + bits fractional bits, at least 1/2; 0 <= x < 255 * 2^bits. The table has
 * sigmoid(i / 24) with 16 fractional bits. */
static inline int32_t tc_sigmoid(const uint16_t *table, int32_t x, int bits)
{
    const uint16_t *low = table + (x >> bits);
    const int32_t rest = x & (((int32_t)1 << bits) - 1);
    return low[0] * ((int32_t)1 << bits) + rest * (low[1] - low[0]);
}

#endif
