/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_nearest.h"
#include "tc_quantize_f32_s16.h"
#include "tc_requantize.h"

void tc_quantize_f32_s16(const struct tc_quantize_f32_s16 *p, const float *input, int16_t *output)
{
    for (int32_t i = 0; i < p->count; i++) {
        const int32_t q = tc_nearest(input[i] / p->scale);
        output[i] = (int16_t)tc_clamp(q, p->min, p->max);
    }
}
