/* SPDX-License-Identifier: Apache-2.0 */
/* Four columns at a time: of b, pairs of elements k, k + 2 and k + 1, k + 3 of each column go to scratch; a word of a row of
 * a has the same as its even and odd bytes. Those of b count twice, so that SMMLAR is TFLite's multiplication. */
#include "tc_dsp_clamp.h"
#include "tc_dsp_dots.h"
#include "tc_dsp_matmul_s8.h"

static inline void pairs(uint32_t minus, uint32_t first, uint32_t second, uint32_t *to)
{
    const uint32_t even = tc_sxtab16(minus, first), odd = tc_sxtab16_ror8(minus, first);
    const uint32_t even2 = tc_sxtab16(minus, second), odd2 = tc_sxtab16_ror8(minus, second);
    to[0] = tc_pkhbt(even, even2);
    to[1] = tc_pkhbt(odd, odd2);
    to[2] = tc_pkhtb(even, even2);
    to[3] = tc_pkhtb(odd, odd2);
    for (int i = 0; i < 4; i++) {
        to[i] = tc_sadd16(to[i], to[i]);
    }
}

/* Four columns of b; of depth beyond the matrix there are none. */
TC_APART static void pack(const struct tc_dsp_matmul_s8 *p, const int8_t *b, uint32_t *to)
{
    const uint32_t minus = tc_dsp_minus(p->b_zero_point), none = ((uint32_t)p->b_zero_point & 0xffu) * 0x01010101u;
    const int32_t step = p->columns;
    for (int32_t left = p->depth; left > 0; left -= 4, b += 4 * step, to += 8) {
        const uint32_t b1 = left > 1 ? tc_load32(b + step) : none, b2 = left > 2 ? tc_load32(b + 2 * step) : none;
        const uint32_t b3 = left > 3 ? tc_load32(b + 3 * step) : none;
        pairs(minus, tc_load32(b), b2, to);
        pairs(minus, b1, b3, to + 4);
    }
}

TC_INLINE int8_t leave(const struct tc_dsp_matmul_s8 *p, int32_t twice)
{
    const int32_t value = tc_smmlar(twice, p->multiplier, p->constant) + (twice >> 31);
    return (int8_t)tc_ssat(value >> p->shift, 8);
}

/* The bytes of a row that are left, 1 to 3; what it lacks of a word is multiplied by 0. */
static inline uint32_t few(const int8_t *row, int32_t count)
{
    uint32_t word = 0;
    for (int32_t i = 0; i < count; i++) {
        word |= ((uint32_t)row[i] & 0xffu) << 8 * i;
    }
    return word;
}

struct tc_sums {
    int32_t a, b, c, d;
};

TC_INLINE struct tc_sums add(struct tc_sums s, uint32_t word, uint32_t minus, const uint32_t *w)
{
    const uint32_t even = tc_sxtab16(minus, word), odd = tc_sxtab16_ror8(minus, word);
    s.a = tc_smlad(odd, w[4], tc_smlad(even, w[0], s.a));
    s.b = tc_smlad(odd, w[5], tc_smlad(even, w[1], s.b));
    s.c = tc_smlad(odd, w[6], tc_smlad(even, w[2], s.c));
    s.d = tc_smlad(odd, w[7], tc_smlad(even, w[3], s.d));
    return s;
}

/* Four columns of the output. */
TC_APART static void multiply(const struct tc_dsp_matmul_s8 *p, const int8_t *row, const uint32_t *w, int8_t *output)
{
    const uint32_t minus = tc_dsp_minus(p->a_zero_point);
    const int32_t words = p->depth / 4, rest = p->depth % 4;
    for (int32_t i = p->rows; i > 0; i--, output += p->columns) {
        struct tc_sums s = {0, 0, 0, 0};
        const uint32_t *v = w;
        for (const uint32_t *const end = w + 8 * words; v != end; v += 8, row += 4) {
            s = add(s, tc_load32(row), minus, v);
        }
        if (rest) {
            s = add(s, few(row, rest), minus, v);
            row += rest;
        }
        output[0] = leave(p, s.a);
        output[1] = leave(p, s.b);
        output[2] = leave(p, s.c);
        output[3] = leave(p, s.d);
    }
}

void tc_dsp_matmul_s8(const struct tc_dsp_matmul_s8 *p, const int8_t *a, const int8_t *b, int8_t *output, void *scratch)
{
    int8_t *out = output;
    for (int32_t batch = 0; batch < p->batches; batch++, a += p->a_step, b += p->b_step) {
        for (int32_t n = 0, next = 4; next > 0; n += next) {
            pack(p, b + n, scratch);
            multiply(p, a, scratch, out + n);
            next = tc_least(4, p->columns - 4 - n); /* where fewer are left, they go with others once more */
        }
        out += p->rows * p->columns;
    }
    tc_dsp_clamp(output, (int32_t)(out - output), p->min, p->max);
}
