/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_requantize.h"
#include "tinycompile.h"

/* The nearest integer, ties away from zero; what is beyond 2^10 or no number becomes -2^10 or 2^10. */
static int32_t nearest(float x)
{
    if (!(x > -1024.0f)) {
        return -1024;
    }
    if (x >= 1024.0f) {
        return 1024;
    }
    const int32_t whole = (int32_t)x;
    const float rest = x - (float)whole; /* exact */
    return whole + (rest >= 0.5f) - (rest <= -0.5f);
}

void tc_quantize_f32_s8(const struct tc_quantize_f32_s8 *p, const float *input, int8_t *output)
{
    for (int32_t i = 0; i < p->count; i++) {
        const int32_t q = nearest(input[i] / p->scale) + p->zero_point;
        output[i] = (int8_t)tc_clamp(q, p->min, p->max);
    }
}
