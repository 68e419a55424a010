/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_softmax_s16.h"
#include "tc_mve.h"

/* The functions that tables of 513 entries sample, between them by lines, at x from 0 to 65535. */
TC_MVE_INLINE int32x4_t look_up_four(const int16_t *table, int32x4_t x, mve_pred16_t some)
{
    const uint32x4_t entry = vreinterpretq_u32_s32(vshrq_n_s32(x, 7));
    const int32x4_t low = vldrhq_gather_shifted_offset_z_s32(table, entry, some);
    const int32x4_t high = vldrhq_gather_shifted_offset_z_s32(table + 1, entry, some);
    const int32x4_t between = vandq_s32(x, vdupq_n_s32(127));
    return vaddq_s32(low, vrshrq_n_s32(vmulq_s32(vsubq_s32(high, low), between), 7));
}

TC_MVE_INLINE int32_t look_up(const int16_t *table, int32_t x)
{
    const int16_t *low = table + (x >> 7);
    return low[0] + (((low[1] - low[0]) * (x & 127) + 64) >> 7);
}

TC_MVE_INLINE int16_t largest(const int16_t *from, int32_t count)
{
    int16_t max = INT16_MIN;
    for (; count > 0; count -= 8, from += 8) {
        const mve_pred16_t some = vctp16q((uint32_t)count);
        max = vmaxvq_p_s16(max, vld1q_z_s16(from, some), some);
    }
    return max;
}

/* Writes exp of how far elements are below `max`, with 15 fractional bits; returns their sum. */
TC_CODE
static uint32_t exponentials(const struct tc_mve_softmax_s16 *p, int32_t max, const int16_t *from, int16_t *to)
{
    const int32_t left = p->shift > 0 ? p->shift : 0, right = p->shift - left;
    int32_t sum = 0;
    for (int32_t count = p->depth; count > 0; count -= 4, from += 4, to += 4) {
        const mve_pred16_t some = vctp32q((uint32_t)count);
        const int32x4_t x = vaddq_n_s32(vldrhq_z_s32(from, some), -max);
        int32x4_t below = vqrdmulhq_n_s32(vshlq_r_s32(x, left), p->multiplier);
        /* One less where it is to be shifted: they are negative, and halves go away from 0. */
        below = vaddq_s32(below, vshrq_n_s32(vandq_s32(below, vdupq_n_s32(right)), 31));
        below = vaddq_n_s32(vrshlq_n_s32(below, right), 65535);
        const int32x4_t value = look_up_four(p->exponentials, vmaxq_s32(below, vdupq_n_s32(0)), some);
        vstrhq_p_s32(to, value, some);
        sum = vaddvaq_p_s32(sum, value, some);
    }
    return (uint32_t)sum;
}

void tc_mve_softmax_s16(const struct tc_mve_softmax_s16 *p, const int16_t *input, int16_t *output)
{
    for (int32_t row = 0; row < p->rows; row++, input += p->depth) {
        uint32_t sum = exponentials(p, largest(input, p->depth), input, output);
        /* sum = (1 + fraction) * 2^shift, fraction with 16 bits; 1 / (1 + fraction) has 15. */
        int32_t shift = 30;
        while (!(sum >> 30)) {
            sum <<= 1;
            shift--;
        }
        const int32_t inverse = look_up(p->inverses, (int32_t)((sum + (1 << 13)) >> 14) - (1 << 16));
        for (int32_t count = p->depth; count > 0; count -= 4) {
            const mve_pred16_t some = vctp32q((uint32_t)count);
            const int32x4_t value = vmulq_n_s32(vldrhq_z_s32(output, some), inverse);
            vstrhq_p_s32(output, vminq_s32(vrshlq_n_s32(value, -shift), vdupq_n_s32(INT16_MAX)), some);
            output += count < 4 ? count : 4;
        }
    }
}
