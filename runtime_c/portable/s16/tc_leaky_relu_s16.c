/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_leaky_relu_s16.h"
#include "tc_requantize.h"

void tc_leaky_relu_s16(const struct tc_leaky_relu_s16 *p, const int16_t *input, int16_t *output)
{
    for (int32_t i = 0; i < p->count; i++) {
        int32_t x = input[i];
        if (x >= 0) {
            x = tc_requantize(x, p->multiplier, p->shift);
        } else {
            x = tc_requantize(x, p->slope_multiplier, p->slope_shift);
            x = p->negate ? -x : x;
        }
        output[i] = (int16_t)tc_clamp(x, p->min, p->max);
    }
}
