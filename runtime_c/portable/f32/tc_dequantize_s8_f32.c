/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_dequantize_s8_f32.h"

void tc_dequantize_s8_f32(const struct tc_dequantize_s8_f32 *p, const int8_t *input, float *output)
{
    for (int32_t i = 0; i < p->count; i++) {
        output[i] = p->scale * (float)(input[i] - p->zero_point);
    }
}

void tc_dequantize_s8_f32_row(const void *params, const int8_t *const *rows, int8_t *output)
{
    tc_dequantize_s8_f32(params, rows[0], (float *)(void *)output);
}
