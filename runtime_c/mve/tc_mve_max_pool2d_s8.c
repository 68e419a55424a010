/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_max_pool2d_s8.h"
#include "tc_mve_pool.h"

struct own {
    int32_t channels;
    int8_t min, max;
};

/* Of a vector of channels; clamped. */
TC_MVE_INLINE int8x16_t largest(const struct own *own, struct tc_mve_window seen, const int8_t *from, mve_pred16_t some)
{
    int8x16_t most = vdupq_n_s8(own->min);
    for (int32_t ky = seen.height; ky > 0; ky--, from += seen.line) {
        const int8_t *at = from;
        for (int32_t kx = seen.width; kx > 0; kx--, at += seen.step) {
            most = vmaxq_s8(most, vld1q_z_s8(at, some));
        }
    }
    return vminq_s8(most, vdupq_n_s8(own->max));
}

TC_MVE_INLINE void make(void *state, struct tc_mve_window seen, const void *from, void *output)
{
    const struct own *own = state;
    const int8_t *in = from;
    int8_t *out = output;
    for (int32_t left = own->channels; left > 0; left -= 16, in += 16, out += 16) {
        const mve_pred16_t some = vctp8q((uint32_t)left);
        vst1q_p_s8(out, largest(own, seen, in, some), some);
    }
}

void tc_mve_max_pool2d_s8(const struct tc_mve_max_pool2d_s8 *p, const int8_t *input, int8_t *output)
{
    const struct tc_mve_pool of = TC_MVE_POOL(p);
    struct own own = {p->channels, (int8_t)p->min, (int8_t)p->max};
    tc_mve_pools(&own, of, input, output, 1, make);
}
