/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_dsp_mul_s16.h"
#include "tc_dsp_clamp.h"
#include "tc_dsp_pairs.h"

struct constants {
    int32_t multiplier, half;
    int shift;
};

/* TFLite's two roundings, the first in SMMLSR, halves of negative numbers down in the second. Minus twice a product is an
 * int32, where twice of it may be 2^31. */
TC_INLINE int32_t leave(int32_t product, const struct constants *of)
{
    const int32_t minus_twice = (int32_t)(0u - ((uint32_t)product << 1));
    const int32_t value = tc_smmlsr(minus_twice, of->multiplier, of->half) + (product >> 31);
    return tc_ssat(value >> of->shift, 16);
}

TC_INLINE uint32_t multiplied(const void *constants, uint32_t a, uint32_t b)
{
    const struct constants *of = (const struct constants *)constants;
    const int32_t r0 = leave(tc_smlabb(a, b, 0), of), r1 = leave(tc_smlatt(a, b, 0), of);
    return tc_pkhbt((uint32_t)r0, (uint32_t)r1);
}

void tc_dsp_mul_s16(const struct tc_dsp_mul_s16 *p, const int16_t *input1, const int16_t *input2, int16_t *output)
{
    const struct constants of = {p->multiplier, (int32_t)1 << (p->shift - 1), p->shift};
    const int8_t *end = tc_dsp_pair(input1, input2, output, p->shape, p->steps1, p->steps2, 2, 0, multiplied, &of);
    tc_dsp_clamp_s16(output, (int32_t)(end - (int8_t *)output) / 2, p->min, p->max);
}
