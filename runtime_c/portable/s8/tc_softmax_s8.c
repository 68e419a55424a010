/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_requantize.h"
#include "tc_softmax_s8.h"

/* 1 / (1 + a) with 31 fractional bits, as a has; 0 <= a < 1. Three steps of Newton's method on the
 * inverse of (1 + a) / 2, which has 29 fractional bits. */
TC_CODE
static int32_t one_over_one_plus(int32_t a)
{
    const int32_t half = (int32_t)(((int64_t)a + INT32_MAX + 1) / 2);
    int32_t x = 1515870810 + tc_doubling_high_mul(half, -1010580540); /* 48/17 - 32/17 * half */
    for (int step = 0; step < 3; step++) {
        const int32_t error = ((int32_t)1 << 29) - tc_doubling_high_mul(half, x);
        x += tc_doubling_high_mul(x, error) * 4;
    }
    return x < (int32_t)1 << 30 ? x * 2 : INT32_MAX;
}

void tc_softmax_s8(const struct tc_softmax_s8 *p, const int8_t *input, void *output)
{
    int8_t *bytes = output;
    int16_t *words = output;
    for (int32_t row = 0; row < p->rows; row++) {
        int32_t max = input[0];
        for (int32_t i = 1; i < p->depth; i++) {
            max = input[i] > max ? input[i] : max;
        }

        int32_t sum = 0; /* 12 integer bits: the greatest element adds 2^19 */
        for (int32_t i = 0; i < p->depth; i++) {
            const int32_t below = max - input[i];
            sum += below < p->count ? tc_rounding_shift_right(p->exponentials[below], 12) : 0;
        }

        /* sum = (1 + fraction) * 2^integer_bits */
        int integer_bits = 11;
        uint32_t normalized = (uint32_t)sum << 1;
        while (!(normalized >> 31)) {
            normalized <<= 1;
            integer_bits--;
        }
        const int32_t inverse = one_over_one_plus((int32_t)(normalized - ((uint32_t)1 << 31)));
        const int exponent = p->exponent + integer_bits;

        for (int32_t i = 0; i < p->depth; i++) {
            const int32_t below = max - input[i];
            int32_t value = 0;
            if (below < p->count && exponent <= 31) { /* else it is below 1/2 */
                value = tc_doubling_high_mul(inverse, p->exponentials[below]);
                value = p->multiplier ? tc_doubling_high_mul(value, p->multiplier) : value;
                value = tc_rounding_shift_right(value, exponent);
            }
            value += p->output_zero_point;
            if (p->output_size == 1) {
                *bytes++ = (int8_t)tc_clamp(value, INT8_MIN, INT8_MAX);
            } else {
                *words++ = (int16_t)tc_clamp(value, INT16_MIN, INT16_MAX);
            }
        }
        input += p->depth;
    }
}
