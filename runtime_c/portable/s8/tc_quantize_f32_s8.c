/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_nearest.h"
#include "tc_quantize_f32_s8.h"
#include "tc_requantize.h"

void tc_quantize_f32_s8(const struct tc_quantize_f32_s8 *p, const float *input, int8_t *output)
{
    for (int32_t i = 0; i < p->count; i++) {
        const int32_t q = tc_nearest(input[i] / p->scale) + p->zero_point;
        output[i] = (int8_t)tc_clamp(q, p->min, p->max);
    }
}

void tc_quantize_f32_s8_row(const void *params, const int8_t *const *rows, int8_t *output)
{
    tc_quantize_f32_s8(params, (const float *)(const void *)rows[0], output);
}
