/* SPDX-License-Identifier: Apache-2.0 */
/* Sigmoid and tanh of four numbers, as tc_sigmoid.h has them. Private to the kernels. */
#ifndef TC_MVE_SIGMOID_H
#define TC_MVE_SIGMOID_H

#include "tc_mve.h"

/* sigmoid(|x| / (24 * 2^bits)) with 16 + bits fractional bits; far from 0 it is `most`. */
TC_MVE_INLINE int32x4_t tc_mve_sigmoid(const uint16_t *table, int32x4_t x, int bits, int32_t most)
{
    const int32x4_t size = vabsq_s32(x);
    const mve_pred16_t far = vcmpgeq_n_s32(size, (int32_t)255 << bits);
    const uint32x4_t at = vreinterpretq_u32_s32(vminq_s32(vshlq_r_s32(size, -bits), vdupq_n_s32(254)));
    const int32x4_t low = vreinterpretq_s32_u32(vldrhq_gather_shifted_offset_u32(table, at));
    const int32x4_t high = vreinterpretq_s32_u32(vldrhq_gather_shifted_offset_u32(table + 1, at));
    const int32x4_t rest = vandq_s32(size, vdupq_n_s32(((int32_t)1 << bits) - 1));
    const int32x4_t y = vaddq_s32(vshlq_r_s32(low, bits), vmulq_s32(rest, vsubq_s32(high, low)));
    return vpselq_s32(vdupq_n_s32(most), y, far);
}

/* sigmoid(x / (24 * 2^9)) with 15 fractional bits; at most 1 - 2^-15. */
TC_MVE_INLINE int32x4_t tc_mve_logistic(const uint16_t *table, int32x4_t x)
{
    const int32x4_t y = tc_mve_sigmoid(table, x, 9, (int32_t)INT16_MAX << 10), sign = vshrq_n_s32(x, 31);
    const int32x4_t one = vandq_s32(sign, vdupq_n_s32((int32_t)1 << 25)); /* 1 - y, less a bit that is rounded away */
    return vshrq_n_s32(vaddq_n_s32(vaddq_s32(veorq_s32(y, sign), one), (int32_t)1 << 9), 10);
}

/* tanh(x / (24 * 2^9)) = 2 * sigmoid(x / (24 * 2^8)) - 1 with 15 fractional bits; at most 1 - 2^-15 from 0. */
TC_MVE_INLINE int32x4_t tc_mve_tanh(const uint16_t *table, int32x4_t x)
{
    const int32x4_t y = vaddq_n_s32(tc_mve_sigmoid(table, x, 8, (int32_t)UINT16_MAX << 8), -((int32_t)1 << 23));
    return vshrq_n_s32(vaddq_n_s32(veorq_s32(y, vshrq_n_s32(x, 31)), (int32_t)1 << 7), 8);
}

/* Literals, to be inlined: those above. */
typedef int32x4_t (*tc_mve_curve)(const uint16_t *table, int32x4_t x);

/* Of `count` numbers, times multiplier / 2^shift, rounded to nearest, ties up. */
TC_MVE_INLINE void tc_mve_curve_s16(tc_mve_curve of, const uint16_t *table, int32_t multiplier, int32_t shift, int32_t count,
                                    const int16_t *input, int16_t *output)
{
    for (; count > 0; count -= 4, input += 4, output += 4) {
        const mve_pred16_t some = vctp32q((uint32_t)count);
        const int32x4_t x = vmulq_n_s32(vldrhq_z_s32(input, some), multiplier);
        vstrhq_p_s32(output, of(table, vrshlq_n_s32(x, -shift)), some);
    }
}

#endif
