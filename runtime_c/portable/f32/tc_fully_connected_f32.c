/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_float.h"
#include "tc_fully_connected_f32.h"
#include <string.h>

void tc_fully_connected_f32(const struct tc_fully_connected_f32 *p, const float *input, float *output)
{
    for (int32_t row = 0; row < p->rows; row++) {
        const float *w = p->weights;
        for (int32_t n = 0, rows; n < p->output_n; n += rows) {
            rows = p->output_n - n < 4 ? p->output_n - n : 4;
            float sums[4];
            memcpy(sums, p->bias + n, (size_t)rows * sizeof *sums);
            tc_dots_f32(input, w, p->input_n, p->input_n, rows, sums);
            for (int32_t i = 0; i < rows; i++) {
                *output++ = tc_clamp_f32(sums[i], p->min, p->max);
            }
            w += rows * p->input_n;
        }
        input += p->input_n;
    }
}
