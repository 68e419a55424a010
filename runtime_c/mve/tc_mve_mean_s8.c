/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_mean_s8.h"
#include "tc_mve_requantize.h"

static inline int32_t least(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

TC_CODE
__attribute__((noinline)) static int32x4_t leave(const struct tc_mve_mean_s8 *p, int32x4_t sums)
{
    const int32x4_t v = tc_mve_requantize(vaddq_n_s32(sums, p->bias), p->multiplier, p->shift);
    return tc_mve_clamp_s32(vaddq_n_s32(v, p->output_zero_point), p->min, p->max);
}

/* Eight channels, or `some` of them; 255 values fit 16 bits. `all` is a literal. */
TC_MVE_INLINE void channels(const struct tc_mve_mean_s8 *p, const int8_t *in, int8_t *output, int all, mve_pred16_t some)
{
    const int32_t step = p->kept[2], line = p->kept[1] * p->reduced[1] * step;
    int16x8_t sum = vdupq_n_s16(0);
    int32x4_t even = vdupq_n_s32(0), odd = even;
    int32_t room = 255;
    for (int32_t rows = p->reduced[0]; rows > 0; rows--, in += line) {
        const int8_t *at = in;
        for (int32_t left = p->reduced[1], now; left > 0; left -= now) {
            now = least(left, room);
            for (int32_t i = now; i > 0; i--, at += step) {
                sum = vaddq_s16(sum, all ? vldrbq_s16(at) : vldrbq_z_s16(at, some));
            }
            room -= now;
            if (room == 0 || (left == now && rows == 1)) {
                even = vaddq_s32(even, vmovlbq_s16(sum));
                odd = vaddq_s32(odd, vmovltq_s16(sum));
                sum = vdupq_n_s16(0);
                room = 255;
            }
        }
    }
    const int16x8_t v = vmovntq_s32(vreinterpretq_s16_s32(leave(p, even)), leave(p, odd));
    if (all) {
        vstrbq_s16(output, v);
    } else {
        vstrbq_p_s16(output, v, some);
    }
}

/* The sum of one output, whose values lie one after the other. */
TC_MVE_INLINE int32_t one(const struct tc_mve_mean_s8 *p, const int8_t *in)
{
    const int32_t line = p->kept[1] * p->reduced[1];
    int32_t sum = 0;
    for (int32_t rows = p->reduced[0]; rows > 0; rows--, in += line) {
        for (int32_t i = 0; i < p->reduced[1]; i += 16) {
            sum = vaddvaq_s8(sum, vld1q_z_s8(in + i, vctp8q((uint32_t)(p->reduced[1] - i))));
        }
    }
    return sum;
}

void tc_mve_mean_s8(const struct tc_mve_mean_s8 *p, const int8_t *input, int8_t *output)
{
    const int32_t step = p->kept[2], row = p->reduced[1] * step;
    for (int32_t a = 0; a < p->kept[0]; a++, input += p->reduced[0] * p->kept[1] * row) {
        const int8_t *in = input;
        for (int32_t b = 0, now; step == 1 && b < p->kept[1]; b += now, output += now) {
            int32_t sums[4] = {0, 0, 0, 0};
            now = least(p->kept[1] - b, 4);
            for (int32_t i = 0; i < now; i++, in += row) {
                sums[i] = one(p, in);
            }
            vstrbq_p_s32(output, leave(p, vld1q_s32(sums)), vctp32q((uint32_t)now));
        }
        for (int32_t b = 0; step > 1 && b < p->kept[1]; b++, in += row, output += step) {
            int32_t c = 0;
            for (; c + 8 <= step; c += 8) {
                channels(p, in + c, output + c, 1, 0);
            }
            if (c < step) {
                channels(p, in + c, output + c, 0, vctp16q((uint32_t)(step - c)));
            }
        }
    }
}
