/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_dsp_add_s16.h"
#include "tc_dsp_clamp.h"
#include "tc_dsp_pairs.h"

struct constants {
    int32_t multiplier1, half1, sign1, factor2, multiplier, half;
    int shift1, shift;
};

/* Twice what is multiplied, so that SMMLAR is TFLite's multiplication; its shifts take 1 off negative numbers. */
TC_INLINE int32_t rounded(int32_t twice, int32_t multiplier, int32_t half, int shift)
{
    return (tc_smmlar(twice, multiplier, half) + (twice >> 31)) >> shift;
}

/* `raised` is 2^16 times the first operand, `second` 2^14 times the other. The sum is at least -2^30, and less than 2^30. */
TC_INLINE int32_t sum(uint32_t raised, int32_t second, const struct constants *of)
{
    const int32_t first = rounded((int32_t)raised, of->multiplier1, of->half1, of->shift1);
    const int32_t twice = 2 * (first * of->sign1 + second);
    return tc_ssat(rounded(twice, of->multiplier, of->half, of->shift), 16);
}

TC_INLINE uint32_t added(const void *constants, uint32_t a, uint32_t b)
{
    const struct constants *of = (const struct constants *)constants;
    const int32_t r0 = sum(a << 16, tc_smlawb(of->factor2, b, 0), of);
    const int32_t r1 = sum(a & 0xffff0000u, tc_smlawt(of->factor2, b, 0), of);
    return tc_pkhbt((uint32_t)r0, (uint32_t)r1);
}

void tc_dsp_add_s16(const struct tc_dsp_add_s16 *p, const int16_t *input1, const int16_t *input2, int16_t *output)
{
    const struct constants of = {
        p->multiplier1, (int32_t)1 << (p->shift1 - 1), p->sign1, p->sign2 * ((int32_t)1 << 30),
        p->multiplier, (int32_t)1 << (p->shift - 1), p->shift1, p->shift,
    };
    const int8_t *end = tc_dsp_pair(input1, input2, output, p->shape, p->steps1, p->steps2, 2, 0, added, &of);
    tc_dsp_clamp_s16(output, (int32_t)(end - (int8_t *)output) / 2, p->min, p->max);
}
