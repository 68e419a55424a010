/* SPDX-License-Identifier: Apache-2.0 */
/* Sigmoid and tanh with 15 fractional bits by a table. Private to the kernels. */
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

/* sigmoid(x / (24 * 2^9)) with 15 fractional bits; far from 0 it is 0 or 1 - 2^-15. */
static inline int16_t tc_logistic(const uint16_t *table, int32_t x)
{
    const int32_t size = x < 0 ? -x : x;
    const int32_t y = size >> 9 < 255 ? tc_sigmoid(table, size, 9) : (int32_t)INT16_MAX << 10; /* 25 bits */
    const int32_t half = (int32_t)1 << 9;
    return (int16_t)((x < 0 ? ((int32_t)1 << 25) - y + half - 1 : y + half) >> 10);
}

/* tanh(x / (24 * 2^9)) = 2 * sigmoid(x / (24 * 2^8)) - 1, with 15 fractional bits; at most 1 - 2^-15 from 0. */
static inline int16_t tc_tanh(const uint16_t *table, int32_t x)
{
    const int32_t size = x < 0 ? -x : x;
    const int32_t sigmoid = size >> 8 < 255 ? tc_sigmoid(table, size, 8) : (int32_t)UINT16_MAX << 8; /* 24 bits */
    const int32_t y = sigmoid - ((int32_t)1 << 23);
    const int32_t half = (int32_t)1 << 7;
    return (int16_t)((x < 0 ? half - 1 - y : y + half) >> 8);
}

#endif
