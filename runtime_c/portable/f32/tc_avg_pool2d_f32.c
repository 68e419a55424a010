/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_avg_pool2d_f32.h"
#include "tc_float.h"
#include "tc_window.h"

void tc_avg_pool2d_f32(const struct tc_avg_pool2d_f32 *p, const float *input, float *output)
{
    const int32_t step = p->dilation_w * p->channels;

    for (int32_t y = 0; y < p->output_h; y++) {
        const int32_t y0 = y * p->stride_h - p->pad_top;
        int32_t ky0, ky1;
        tc_clip_taps(y0, p->dilation_h, p->input_h, p->kernel_h, &ky0, &ky1);
        for (int32_t x = 0; x < p->output_w; x++) {
            const int32_t x0 = x * p->stride_w - p->pad_left;
            int32_t kx0, kx1;
            tc_clip_taps(x0, p->dilation_w, p->input_w, p->kernel_w, &kx0, &kx1);
            const int32_t inside = (ky1 - ky0) * (kx1 - kx0);
            const int32_t count = p->count_padding ? p->kernel_h * p->kernel_w : inside;
            for (int32_t c = 0; c < p->channels; c++) {
                float sum = 0.0f;
                for (int32_t ky = ky0; ky < ky1; ky++) {
                    const int32_t row = (y0 + ky * p->dilation_h) * p->input_w;
                    int32_t i = (row + x0 + kx0 * p->dilation_w) * p->channels + c;
                    for (int32_t kx = kx0; kx < kx1; kx++) {
                        sum += input[i];
                        i += step;
                    }
                }
                *output++ = tc_clamp_f32(sum / (float)count, p->min, p->max);
            }
        }
    }
}
