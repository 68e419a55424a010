/* SPDX-License-Identifier: Apache-2.0 */
/* The inner loops of convolutions and matrix products. Private to their kernels. */
#ifndef TC_DOT_H
#define TC_DOT_H

#include <stdint.h>

/* The sum of (x - zero_point) * w over `count` neighbours. */
static inline int32_t tc_dot_s8(const int8_t *x, const int8_t *w, int32_t count, int32_t zero_point)
{
    int32_t sum = 0;
    for (int32_t i = 0; i < count; i++) {
        sum += (x[i] - zero_point) * w[i];
    }
    return sum;
}

/* sums (rows) = w (rows, count) * x, of up to 4 rows: four read x once. */
static inline void tc_dots_s8(const int8_t *x, const int8_t *w, int32_t count, int32_t rows, int32_t *sums)
{
    if (rows < 4) {
        for (int32_t row = 0; row < rows; row++) {
            sums[row] = tc_dot_s8(x, w + row * count, count, 0);
        }
        return;
    }
    const int8_t *w1 = w + count, *w2 = w1 + count, *w3 = w2 + count;
    int32_t sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;
    for (int32_t i = 0; i < count; i++) {
        sum0 += x[i] * w[i];
        sum1 += x[i] * w1[i];
        sum2 += x[i] * w2[i];
        sum3 += x[i] * w3[i];
    }
    sums[0] = sum0;
    sums[1] = sum1;
    sums[2] = sum2;
    sums[3] = sum3;
}

/* The sum of x * w over `count` neighbours. 511 products of the largest magnitude, 2^22, fit int32: the inner
 * loop needs no 64 bits. */
static inline int64_t tc_dot_s16(const int16_t *x, const int8_t *w, int32_t count)
{
    int64_t sum = 0;
    for (int32_t first = 0; first < count; first += 511) {
        const int32_t end = count - first < 511 ? count : first + 511;
        int32_t part = 0;
        for (int32_t i = first; i < end; i++) {
            part += x[i] * w[i];
        }
        sum += part;
    }
    return sum;
}

#endif
