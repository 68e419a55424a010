/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_avg_pool2d_s8.h"
#include "tc_mve_divisor.h"
#include "tc_mve_pool.h"

struct own {
    int32_t channels, min, max;
    struct tc_mve_divisor by; /* mostly the same again */
};

/* Of eight channels, or `some` of them: 255 bytes fit 16 bits. `all` is a literal. */
TC_MVE_INLINE int16x8_t sums(struct tc_mve_window seen, const int8_t *from, int all, mve_pred16_t some)
{
    int16x8_t sum = vdupq_n_s16(0);
    for (int32_t ky = seen.height; ky > 0; ky--, from += seen.line) {
        const int8_t *at = from;
        for (int32_t kx = seen.width; kx > 0; kx--, at += seen.step) {
            sum = vaddq_s16(sum, all ? vldrbq_s16(at) : vldrbq_z_s16(at, some));
        }
    }
    return sum;
}

/* To nearest, halves away from 0; clamped. */
TC_MVE_INLINE int16x8_t mean(const struct own *own, int16x8_t sum)
{
    if (own->by.count > 1) {
        const int16x8_t sign = vshrq_n_s16(sum, 15);
        const uint16x8_t n = vreinterpretq_u16_s16(vaddq_n_s16(vabsq_s16(sum), (int16_t)(own->by.count / 2)));
        const uint16x8_t quotient = vshlq_r_u16(vmulhq_u16(n, vdupq_n_u16((uint16_t)own->by.factor)), -own->by.shift);
        sum = vsubq_s16(veorq_s16(vreinterpretq_s16_u16(quotient), sign), sign);
    }
    return vminq_s16(vmaxq_s16(sum, vdupq_n_s16((int16_t)own->min)), vdupq_n_s16((int16_t)own->max));
}

TC_MVE_INLINE void make(void *state, struct tc_mve_window seen, const void *from, void *output)
{
    struct own *own = state;
    const int8_t *in = from;
    int8_t *out = output;
    int32_t left = own->channels;
    if (seen.height * seen.width != own->by.count) {
        own->by = tc_mve_divisor_of(seen.height * seen.width, 16);
    }
    for (; left >= 8; left -= 8, in += 8, out += 8) {
        vstrbq_s16(out, mean(own, sums(seen, in, 1, 0)));
    }
    if (left) {
        const mve_pred16_t some = vctp16q((uint32_t)left);
        vstrbq_p_s16(out, mean(own, sums(seen, in, 0, some)), some);
    }
}

void tc_mve_avg_pool2d_s8(const struct tc_mve_avg_pool2d_s8 *p, const int8_t *input, int8_t *output)
{
    const struct tc_mve_pool of = TC_MVE_POOL(p);
    struct own own = {p->channels, p->min, p->max, {0, 0, 0}};
    tc_mve_pools(&own, of, input, output, 1, make);
}
