/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_inverse_sum.h"
#include "tc_requantize.h"
#include "tc_softmax_s8.h"

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

        int integer_bits;
        const int32_t inverse = tc_inverse_sum(sum, &integer_bits);
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
