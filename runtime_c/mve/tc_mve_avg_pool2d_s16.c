/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_avg_pool2d_s16.h"
#include "tc_mve_divisor.h"
#include "tc_mve_pool.h"

struct own {
    int32_t channels, min, max;
    struct tc_mve_divisor by; /* mostly the same again */
};

/* Of eight channels, even ones and odd ones. */
struct sums {
    int32x4_t even, odd;
};

/* Or of `some` of them; `all` is a literal. */
TC_MVE_INLINE struct sums sums_of(struct tc_mve_window seen, const int16_t *from, int all, mve_pred16_t some)
{
    struct sums sums = {vdupq_n_s32(0), vdupq_n_s32(0)};
    for (int32_t ky = seen.height; ky > 0; ky--, from += seen.line) {
        const int16_t *at = from;
        for (int32_t kx = seen.width; kx > 0; kx--, at += seen.step) {
            const int16x8_t x = all ? vld1q_s16(at) : vld1q_z_s16(at, some);
            sums.even = vaddq_s32(sums.even, vmovlbq_s16(x));
            sums.odd = vaddq_s32(sums.odd, vmovltq_s16(x));
        }
    }
    return sums;
}

/* To nearest, halves away from 0. */
TC_MVE_INLINE int32x4_t mean(struct tc_mve_divisor by, int32x4_t sum)
{
    const int32x4_t sign = vshrq_n_s32(sum, 31);
    const uint32x4_t n = vreinterpretq_u32_s32(vaddq_n_s32(vabsq_s32(sum), by.count / 2));
    const uint32x4_t quotient = vshlq_r_u32(vmulhq_u32(n, vdupq_n_u32(by.factor)), -by.shift);
    return vsubq_s32(veorq_s32(vreinterpretq_s32_u32(quotient), sign), sign);
}

TC_MVE_INLINE int16x8_t means(const struct own *own, struct sums sums)
{
    if (own->by.count > 1) {
        sums.even = mean(own->by, sums.even);
        sums.odd = mean(own->by, sums.odd);
    }
    const int16x8_t v = vmovntq_s32(vreinterpretq_s16_s32(sums.even), sums.odd);
    return vminq_s16(vmaxq_s16(v, vdupq_n_s16((int16_t)own->min)), vdupq_n_s16((int16_t)own->max));
}

TC_MVE_INLINE void make(void *state, struct tc_mve_window seen, const void *from, void *output)
{
    struct own *own = state;
    const int16_t *in = from;
    int16_t *out = output;
    int32_t left = own->channels;
    if (seen.height * seen.width != own->by.count) {
        own->by = tc_mve_divisor_of(seen.height * seen.width, 32);
    }
    for (; left >= 8; left -= 8, in += 8, out += 8) {
        vst1q_s16(out, means(own, sums_of(seen, in, 1, 0)));
    }
    if (left) {
        const mve_pred16_t some = vctp16q((uint32_t)left);
        vst1q_p_s16(out, means(own, sums_of(seen, in, 0, some)), some);
    }
}

void tc_mve_avg_pool2d_s16(const struct tc_mve_avg_pool2d_s16 *p, const int16_t *input, int16_t *output)
{
    const struct tc_mve_pool of = TC_MVE_POOL(p);
    struct own own = {p->channels, p->min, p->max, {0, 0, 0}};
    tc_mve_pools(&own, of, input, output, 2, make);
}
