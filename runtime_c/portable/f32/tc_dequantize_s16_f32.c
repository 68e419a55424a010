/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_dequantize_s16_f32.h"

void tc_dequantize_s16_f32(const struct tc_dequantize_s16_f32 *p, const int16_t *input, float *output)
{
    for (int32_t i = 0; i < p->count; i++) {
        output[i] = p->scale * (float)input[i];
    }
}
