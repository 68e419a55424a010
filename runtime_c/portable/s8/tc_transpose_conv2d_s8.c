/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_dot.h"
#include "tc_requantize.h"
#include "tc_transpose_conv2d_s8.h"
#include "tc_window.h"

void tc_transpose_conv2d_s8(const struct tc_transpose_conv2d_s8 *p, const int8_t *input, int8_t *output)
{
    const int32_t step = p->stride_w * p->input_c;

    for (int32_t y = 0; y < p->output_h; y++) {
        const int32_t y0 = y + p->pad_top;
        int32_t iy0, iy1;
        tc_clip_reaching(y0, p->stride_h, p->input_h, p->kernel_h, &iy0, &iy1);
        for (int32_t x = 0; x < p->output_w; x++) {
            const int32_t x0 = x + p->pad_left;
            int32_t ix0, ix1;
            tc_clip_reaching(x0, p->stride_w, p->input_w, p->kernel_w, &ix0, &ix1);
            for (int32_t c = 0; c < p->output_c; c++) {
                uint32_t sum = (uint32_t)p->bias[c];
                for (int32_t iy = iy0; iy < iy1; iy++) {
                    const int32_t ky = y0 - iy * p->stride_h;
                    const int32_t row = (c * p->kernel_h + ky) * p->kernel_w;
                    int32_t i = (iy * p->input_w + ix0) * p->input_c;
                    int32_t w = (row + x0 - ix0 * p->stride_w) * p->input_c;
                    for (int32_t ix = ix0; ix < ix1; ix++) {
                        sum += (uint32_t)tc_dot_s8(input + i, p->weights + w, p->input_c, p->input_zero_point);
                        i += p->input_c;
                        w -= step;
                    }
                }
                const int32_t value =
                    tc_requantize((int32_t)sum, p->multipliers[c], p->shifts[c]) + p->output_zero_point;
                *output++ = (int8_t)tc_clamp(value, p->min, p->max);
            }
        }
    }
}
