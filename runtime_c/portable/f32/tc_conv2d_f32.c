/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_conv2d_f32.h"
#include "tc_float.h"
#include "tc_window.h"
#include <string.h>

void tc_conv2d_f32(const struct tc_conv2d_f32 *p, const float *input, float *output)
{
    const int32_t group_in = p->input_c / p->groups;
    const int32_t group_out = p->output_c / p->groups;
    const int32_t filter = p->kernel_h * p->kernel_w * group_in;
    const int32_t step = p->dilation_w * p->input_c;

    for (int32_t y = 0; y < p->output_h; y++) {
        const int32_t y0 = y * p->stride_h - p->pad_top;
        int32_t ky0, ky1;
        tc_clip_taps(y0, p->dilation_h, p->input_h, p->kernel_h, &ky0, &ky1);
        for (int32_t x = 0; x < p->output_w; x++) {
            const int32_t x0 = x * p->stride_w - p->pad_left;
            int32_t kx0, kx1;
            tc_clip_taps(x0, p->dilation_w, p->input_w, p->kernel_w, &kx0, &kx1);
            const float *w = p->weights; /* of the output channel c */
            for (int32_t c = 0, n; c < p->output_c; c += n) {
                const int32_t left = group_out - c % group_out;
                n = left < 4 ? left : 4; /* channels of one group */
                const int32_t first = (x0 + kx0 * p->dilation_w) * p->input_c + c / group_out * group_in;
                float sums[4];
                memcpy(sums, p->bias + c, (size_t)n * sizeof *sums);
                for (int32_t ky = ky0; ky < ky1; ky++) {
                    int32_t i = (y0 + ky * p->dilation_h) * p->input_w * p->input_c + first;
                    for (int32_t kx = kx0; kx < kx1; kx++) {
                        const float *taps = w + (ky * p->kernel_w + kx) * group_in;
                        tc_dots_f32(input + i, taps, filter, group_in, n, sums);
                        i += step;
                    }
                }
                for (int32_t j = 0; j < n; j++) {
                    *output++ = tc_clamp_f32(sums[j], p->min, p->max);
                }
                w += n * filter;
            }
        }
    }
}
