/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_max_pool2d_s16.h"
#include "tc_mve_pool.h"

struct own {
    int32_t channels;
    int16_t min, max;
};

/* Of a vector of channels; clamped. */
TC_MVE_INLINE int16x8_t largest(const struct own *own, struct tc_mve_window seen, const int16_t *from, mve_pred16_t some)
{
    int16x8_t most = vdupq_n_s16(own->min);
    for (int32_t ky = seen.height; ky > 0; ky--, from += seen.line) {
        const int16_t *at = from;
        for (int32_t kx = seen.width; kx > 0; kx--, at += seen.step) {
            most = vmaxq_s16(most, vld1q_z_s16(at, some));
        }
    }
    return vminq_s16(most, vdupq_n_s16(own->max));
}

TC_MVE_INLINE void make(void *state, struct tc_mve_window seen, const void *from, void *output)
{
    const struct own *own = state;
    const int16_t *in = from;
    int16_t *out = output;
    for (int32_t left = own->channels; left > 0; left -= 8, in += 8, out += 8) {
        const mve_pred16_t some = vctp16q((uint32_t)left);
        vst1q_p_s16(out, largest(own, seen, in, some), some);
    }
}

void tc_mve_max_pool2d_s16(const struct tc_mve_max_pool2d_s16 *p, const int16_t *input, int16_t *output)
{
    const struct tc_mve_pool of = TC_MVE_POOL(p);
    struct own own = {p->channels, p->min, p->max};
    tc_mve_pools(&own, of, input, output, 2, make);
}
