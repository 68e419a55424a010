/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_dsp_fully_connected_direct_s8.h"
#include "tc_dsp.h"
#include "tc_requantize.h"

struct tc_two {
    int32_t a, b;
};

/* sums + products of x and of two rows of weights, `apart` bytes from each other; sums wrap. */
TC_INLINE struct tc_two add_two(struct tc_two sums, const int8_t *x, const int8_t *w, int32_t apart, int32_t count)
{
    int32_t a = sums.a, b = sums.b;
    for (const int8_t *const end = x + (count & ~3); x != end; x += 4, w += 4) {
        const uint32_t p = tc_load32(x), even = tc_sxtb16(p), odd = tc_sxtb16_ror8(p);
        const uint32_t q0 = tc_load32(w), q1 = tc_load32(w + apart);
        a = tc_smlad(odd, tc_sxtb16_ror8(q0), tc_smlad(even, tc_sxtb16(q0), a));
        b = tc_smlad(odd, tc_sxtb16_ror8(q1), tc_smlad(even, tc_sxtb16(q1), b));
    }
    for (int32_t left = count & 3; left > 0; left--, x++, w++) {
        a = tc_smlabb((uint32_t)*x, (uint32_t)w[0], a);
        b = tc_smlabb((uint32_t)*x, (uint32_t)w[apart], b);
    }
    return (struct tc_two){a, b};
}

TC_INLINE int8_t leave(const struct tc_dsp_fully_connected_direct_s8 *p, int32_t sum, int32_t n)
{
    const int32_t value = tc_requantize(sum, p->multipliers[n], p->shifts[n]) + p->output_zero_point;
    return (int8_t)tc_clamp(value, p->min, p->max);
}

void tc_dsp_fully_connected_direct_s8(const struct tc_dsp_fully_connected_direct_s8 *p, const int8_t *input,
                                      int8_t *output)
{
    const int32_t count = p->input_n, last = p->output_n - 1;
    for (int32_t row = 0; row < p->rows; row++, input += count) {
        const int8_t *w = p->weights;
        for (int32_t n = 0; n <= last; n += 2, w += 2 * count) {
            const int32_t other = n < last; /* or the last output is made twice */
            const struct tc_two biases = {p->bias[n], p->bias[n + other]};
            const struct tc_two sums = add_two(biases, input, w, other * count, count);
            *output++ = leave(p, sums.a, n);
            if (other) {
                *output++ = leave(p, sums.b, n + 1);
            }
        }
    }
}
