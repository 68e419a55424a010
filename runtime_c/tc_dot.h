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

#endif
