/* SPDX-License-Identifier: Apache-2.0 */
/* Dividing by the sum of exponentials. Private to softmax kernels. */
#ifndef TC_INVERSE_SUM_H
#define TC_INVERSE_SUM_H

#include "tc_requantize.h"

/* 1 / (1 + a) with 31 fractional bits, as a has; 0 <= a < 1. Three steps of Newton's method on the
 * inverse of (1 + a) / 2, which has 29 fractional bits. */
static inline int32_t tc_one_over_one_plus(int32_t a)
{
    const int32_t half = (int32_t)(((int64_t)a + INT32_MAX + 1) / 2);
    int32_t x = 1515870810 + tc_doubling_high_mul(half, -1010580540); /* 48/17 - 32/17 * half */
    for (int step = 0; step < 3; step++) {
        const int32_t error = ((int32_t)1 << 29) - tc_doubling_high_mul(half, x);
        x += tc_doubling_high_mul(x, error) * 4;
    }
    return x < (int32_t)1 << 30 ? x * 2 : INT32_MAX;
}

/* 2^integer_bits / sum with 31 fractional bits, of a positive sum with 12 integer bits: (1 + fraction) * 2^integer_bits. */
static inline int32_t tc_inverse_sum(int32_t sum, int *integer_bits)
{
    uint32_t normalized = (uint32_t)sum << 1;
    *integer_bits = 11;
    while (!(normalized >> 31)) {
        normalized <<= 1;
        (*integer_bits)--;
    }
    return tc_one_over_one_plus((int32_t)(normalized - ((uint32_t)1 << 31)));
}

#endif
