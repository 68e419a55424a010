/* SPDX-License-Identifier: Apache-2.0 */
/* Inputs of a fully connected layer as TC_DSP_DENSE takes them, and outputs one by one. Private to their kernels. */
#ifndef TC_DSP_VECTOR_H
#define TC_DSP_VECTOR_H

#include "tc_dsp_dense.h"

TC_INLINE uint32_t *tc_dsp_spread4(uint32_t v, uint32_t *x)
{
    const uint32_t odd = tc_sxtb16_ror8(v);
    x[0] = odd;
    x[1] = tc_ssub16((v << 8 & 0xff00ff00u) + 0x007f007fu, odd);
    return x + 2;
}

/* Of each four inputs (x1, x3) and (256 x0 + 127 - x1, 256 x2 + 127 - x3); missing ones are 0. The end of the words. */
static TC_APART uint32_t *tc_dsp_spread(const int8_t *input, uint32_t *x, int32_t n)
{
    for (; n >= 4; n -= 4, input += 4) {
        x = tc_dsp_spread4(tc_load32(input), x);
    }
    if (n > 0) {
        uint32_t v = 0;
        while (n > 0) {
            v = v << 8 | (uint8_t)input[--n];
        }
        x = tc_dsp_spread4(v, x);
    }
    return x;
}

TC_INLINE int32_t tc_dsp_single4(uint32_t w, const uint32_t *x, int32_t sum)
{
    return tc_smlad(tc_sxtb16(w), x[1], tc_smlad(w, x[0], sum));
}

/* 256 times the sum of one output. w: its bias, then a word of each four inputs. */
static TC_APART int32_t tc_dsp_single(const uint32_t *w, const uint32_t *x, const uint32_t *stop)
{
    int32_t sum = (int32_t)*w++;
    if ((stop - x) / 2 % 2) {
        sum = tc_dsp_single4(*w++, x, sum);
        x += 2;
    }
    for (; x != stop; x += 4, w += 2) {
        sum = tc_dsp_single4(w[1], x + 2, tc_dsp_single4(w[0], x, sum));
    }
    return sum;
}

#endif
