/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_float.h"
#include "tc_fully_connected_int8_weights_f32.h"

void tc_fully_connected_int8_weights_f32(const struct tc_fully_connected_int8_weights_f32 *p,
                                         const float *input, float *output)
{
    for (int32_t row = 0; row < p->rows; row++) {
        const int8_t *w = p->weights;
        for (int32_t n = 0; n < p->output_n; n++) {
            const float sum = tc_dot_f32_s8(0, input, w, p->zero_points[n], p->input_n);
            *output++ = tc_clamp_f32(sum * p->scales[n] + p->bias[n], p->min, p->max);
            w += p->input_n;
        }
        input += p->input_n;
    }
}
