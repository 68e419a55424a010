/* SPDX-License-Identifier: Apache-2.0 */
/* Products of a vector and rows of weights as they lie in flash. Private to their kernels. */
#ifndef TC_DSP_DOTS_H
#define TC_DSP_DOTS_H

#include "tc_dsp.h"

/* Minus a zero point, twice: what takes it off two values. */
TC_INLINE uint32_t tc_dsp_minus(int32_t zero_point)
{
    return ((uint32_t)-zero_point & 0xffffu) * 0x00010001u;
}

/* sums[row] += the sum of (x - zero point) * w[row * apart + i] over `count` neighbours, of four rows; sums wrap. */
TC_APART static void tc_dsp_add_dots(const int8_t *x, uint32_t minus, const int8_t *w, int32_t apart, int32_t count, int32_t *sums)
{
    int32_t a = sums[0], b = sums[1], c = sums[2], d = sums[3];
    for (const int8_t *const end = x + (count & ~3); x != end; x += 4, w += 4) {
        const uint32_t p = tc_load32(x), even = tc_sxtab16(minus, p), odd = tc_sxtab16_ror8(minus, p);
        const uint32_t q0 = tc_load32(w), q1 = tc_load32(w + apart);
        a = tc_smlad(odd, tc_sxtb16_ror8(q0), tc_smlad(even, tc_sxtb16(q0), a));
        b = tc_smlad(odd, tc_sxtb16_ror8(q1), tc_smlad(even, tc_sxtb16(q1), b));
        const int8_t *const w1 = w + apart;
        const uint32_t q2 = tc_load32(w1 + apart), q3 = tc_load32(w1 + 2 * apart);
        c = tc_smlad(odd, tc_sxtb16_ror8(q2), tc_smlad(even, tc_sxtb16(q2), c));
        d = tc_smlad(odd, tc_sxtb16_ror8(q3), tc_smlad(even, tc_sxtb16(q3), d));
    }
    for (int32_t left = count & 3; left > 0; left--, w++) {
        const uint32_t value = (uint32_t)(*x++ + tc_bottom(minus));
        a = tc_smlabb(value, (uint32_t)w[0], a);
        b = tc_smlabb(value, (uint32_t)w[apart], b);
        c = tc_smlabb(value, (uint32_t)w[2 * apart], c);
        d = tc_smlabb(value, (uint32_t)w[3 * apart], d);
    }
    sums[0] = a;
    sums[1] = b;
    sums[2] = c;
    sums[3] = d;
}

/* The same of up to four rows that follow each other, from 0. */
TC_INLINE void tc_dsp_dots(const int8_t *x, uint32_t minus, const int8_t *w, int32_t count, int32_t rows, int32_t *sums)
{
    sums[0] = sums[1] = sums[2] = sums[3] = 0;
    if (rows == 4) {
        tc_dsp_add_dots(x, minus, w, count, count, sums);
        return;
    }
    for (int32_t row = rows - 1; row >= 0; row--) {
        int32_t same[4] = {0, 0, 0, 0};
        tc_dsp_add_dots(x, minus, w + row * count, 0, count, same);
        sums[row] = same[0];
    }
}

#endif
