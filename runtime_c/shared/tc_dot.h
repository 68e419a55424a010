/* SPDX-License-Identifier: Apache-2.0 */
/* The inner loop of convolutions. Private to them. */
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
