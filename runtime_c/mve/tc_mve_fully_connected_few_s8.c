/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_fully_connected_few_s8.h"
#include "tc_mve.h"
#include "tc_requantize.h"

TC_MVE_INLINE int8_t leave(const struct tc_mve_fully_connected_few_s8 *p, int32_t n, int32_t sum)
{
    const int32_t value = tc_requantize(sum, p->multipliers[n], p->shifts[n]) + p->output_zero_point;
    return (int8_t)tc_clamp(value, p->min, p->max);
}

void tc_mve_fully_connected_few_s8(const struct tc_mve_fully_connected_few_s8 *p, const int8_t *input, int8_t *output)
{
    const int32_t outputs = p->output_n, inputs = p->input_n;
    for (int32_t n = 0; n < outputs; n += 2) {
        const int32_t next = n + 1 < outputs ? n + 1 : n; /* an odd one is made twice */
        const int8_t *x = input, *w = p->weights + n * inputs, *v = p->weights + next * inputs;
        int32_t first = p->bias[n], second = p->bias[next];
        for (int32_t chunks = inputs / 16; chunks > 0; chunks--, x += 16, w += 16, v += 16) {
            const int8x16_t a = vld1q_s8(x);
            first = vmladavaq_s8(first, a, vld1q_s8(w));
            second = vmladavaq_s8(second, a, vld1q_s8(v));
        }
        if (inputs % 16) {
            const mve_pred16_t some = vctp8q((uint32_t)inputs % 16);
            const int8x16_t a = vld1q_z_s8(x, some);
            first = vmladavaq_s8(first, a, vld1q_z_s8(w, some));
            second = vmladavaq_s8(second, a, vld1q_z_s8(v, some));
        }
        output[n] = leave(p, n, first);
        output[next] = leave(p, next, second);
    }
}
