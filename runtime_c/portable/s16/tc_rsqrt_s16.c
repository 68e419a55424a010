/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_inverse_root.h"
#include "tc_requantize.h"
#include "tc_rsqrt_s16.h"

/* 2^20 / sqrt(x), x > 0. */
TC_CODE
static int32_t inverse_square_root(int32_t x)
{
    int32_t multiplier;
    const int shift = tc_inverse_root(x, &multiplier);
    return tc_requantize(1, multiplier, shift + 20);
}

void tc_rsqrt_s16(const struct tc_rsqrt_s16 *p, const int16_t *input, int16_t *output)
{
    for (int32_t i = 0; i < p->count; i++) {
        int32_t y = p->max;
        if (input[i] > 0) {
            y = tc_requantize(inverse_square_root(input[i]), p->multiplier, p->shift);
        }
        output[i] = (int16_t)tc_clamp(y, p->min, p->max);
    }
}
