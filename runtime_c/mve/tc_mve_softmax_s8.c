/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_softmax_s8.h"
#include "tc_inverse_sum.h"
#include "tc_mve.h"

/* Of `some` of four elements; those that are `count` steps or more below the largest have 0. */
TC_MVE_INLINE int32x4_t exponentials(const struct tc_mve_softmax_s8 *p, int32_t max, const int8_t *from, mve_pred16_t some)
{
    const int32x4_t below = vaddq_n_s32(vnegq_s32(vldrbq_z_s32(from, some)), max);
    const mve_pred16_t near = vcmpltq_m_n_s32(below, p->count, some);
    return vldrwq_gather_shifted_offset_z_s32(p->exponentials, vreinterpretq_u32_s32(below), near);
}

TC_MVE_INLINE int32_t largest(const int8_t *from, int32_t count)
{
    int8_t max = INT8_MIN;
    for (; count > 0; count -= 16, from += 16) {
        const mve_pred16_t some = vctp8q((uint32_t)count);
        max = vmaxvq_p_s8(max, vld1q_z_s8(from, some), some);
    }
    return max;
}

void tc_mve_softmax_s8(const struct tc_mve_softmax_s8 *p, const int8_t *input, int8_t *output)
{
    for (int32_t row = 0; row < p->rows; row++) {
        const int32_t max = largest(input, p->depth);
        const int8_t *in = input;
        int32_t sum = 0; /* 12 integer bits: the greatest element adds 2^19 */
        for (int32_t left = p->depth; left > 0; left -= 4, in += 4) {
            sum = vaddvaq_s32(sum, vrshrq_n_s32(exponentials(p, max, in, vctp32q((uint32_t)left)), 12));
        }
        int integer_bits;
        int32_t inverse = tc_inverse_sum(sum, &integer_bits);
        const int exponent = p->exponent + integer_bits;
        inverse = exponent > 31 ? 0 : inverse; /* all are below 1/2 */
        for (int32_t left = p->depth; left > 0; left -= 4) {
            const mve_pred16_t some = vctp32q((uint32_t)left);
            int32x4_t value = vqrdmulhq_n_s32(exponentials(p, max, input, some), inverse);
            value = p->multiplier ? vqrdmulhq_n_s32(value, p->multiplier) : value;
            value = vaddq_n_s32(vrshlq_n_s32(value, -exponent), p->output_zero_point);
            value = vminq_s32(vmaxq_s32(value, vdupq_n_s32(INT8_MIN)), vdupq_n_s32(INT8_MAX));
            vstrbq_p_s32(output, value, some);
            input += left < 4 ? left : 4;
            output += left < 4 ? left : 4;
        }
    }
}
