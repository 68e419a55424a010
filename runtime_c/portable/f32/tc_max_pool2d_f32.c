/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_float.h"
#include "tc_max_pool2d_f32.h"
#include "tc_window.h"

void tc_max_pool2d_f32(const struct tc_max_pool2d_f32 *p, const float *input, float *output)
{
    for (int32_t y = 0; y < p->output_h; y++) {
        const int32_t y0 = y * p->stride_h - p->pad_top;
        int32_t ky0, ky1;
        tc_clip_taps(y0, p->dilation_h, p->input_h, p->kernel_h, &ky0, &ky1);
        for (int32_t x = 0; x < p->output_w; x++) {
            const int32_t x0 = x * p->stride_w - p->pad_left;
            int32_t kx0, kx1;
            tc_clip_taps(x0, p->dilation_w, p->input_w, p->kernel_w, &kx0, &kx1);
            for (int32_t c = 0; c < p->channels; c++) {
                float largest = p->min; /* also where the window holds no pixel */
                for (int32_t ky = ky0; ky < ky1; ky++) {
                    const int32_t row = (y0 + ky * p->dilation_h) * p->input_w;
                    for (int32_t kx = kx0; kx < kx1; kx++) {
                        const float value = input[(row + x0 + kx * p->dilation_w) * p->channels + c];
                        largest = value > largest ? value : largest;
                    }
                }
                *output++ = tc_clamp_f32(largest, p->min, p->max);
            }
        }
    }
}
