/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_depthwise_conv2d_int8_weights_f32.h"
#include "tc_float.h"
#include "tc_window.h"

void tc_depthwise_conv2d_int8_weights_f32(const struct tc_depthwise_conv2d_int8_weights_f32 *p,
                                          const float *input, float *output)
{
    const int32_t multiplier = p->output_c / p->input_c;
    const int32_t step = p->dilation_w * p->input_c;

    for (int32_t y = 0; y < p->output_h; y++) {
        const int32_t y0 = y * p->stride_h - p->pad_top;
        int32_t ky0, ky1;
        tc_clip_taps(y0, p->dilation_h, p->input_h, p->kernel_h, &ky0, &ky1);
        for (int32_t x = 0; x < p->output_w; x++) {
            const int32_t x0 = x * p->stride_w - p->pad_left;
            int32_t kx0, kx1;
            tc_clip_taps(x0, p->dilation_w, p->input_w, p->kernel_w, &kx0, &kx1);
            const int32_t first = (x0 + kx0 * p->dilation_w) * p->input_c;
            for (int32_t c = 0; c < p->output_c; c++) {
                float sum = 0;
                for (int32_t ky = ky0; ky < ky1; ky++) {
                    int32_t i = (y0 + ky * p->dilation_h) * p->input_w * p->input_c + first + c / multiplier;
                    int32_t w = (ky * p->kernel_w + kx0) * p->output_c + c;
                    for (int32_t kx = kx0; kx < kx1; kx++) {
                        sum += input[i] * (float)(p->weights[w] - p->zero_points[c]);
                        i += step;
                        w += p->output_c;
                    }
                }
                *output++ = tc_clamp_f32(sum * p->scales[c] + p->bias[c], p->min, p->max);
            }
        }
    }
}
