/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_depthwise_conv2d_s16.h"
#include "tc_requantize_s16.h"
#include "tc_window.h"

void tc_depthwise_conv2d_s16(const struct tc_depthwise_conv2d_s16 *p, const int16_t *input, int16_t *output)
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
            const int32_t first = x0 + kx0 * p->dilation_w;
            /* in_c is the input channel of the output channel c: c / multiplier. */
            for (int32_t c = 0, in_c = 0, m = 0; c < p->output_c; c++) {
                int32_t sum = 0; /* no window has more than 511 taps */
                for (int32_t ky = ky0; ky < ky1; ky++) {
                    const int32_t row = (y0 + ky * p->dilation_h) * p->input_w;
                    int32_t i = (row + first) * p->input_c + in_c;
                    int32_t w = (ky * p->kernel_w + kx0) * p->output_c + c;
                    for (int32_t kx = kx0; kx < kx1; kx++) {
                        sum += input[i] * p->weights[w];
                        i += step;
                        w += p->output_c;
                    }
                }
                const int32_t out =
                    tc_requantize_s16(p->bias[c] + sum, p->multipliers[c], p->shifts[c], p->narrow);
                *output++ = (int16_t)tc_clamp(out, p->min, p->max);
                if (++m == multiplier) {
                    m = 0;
                    in_c++;
                }
            }
        }
    }
}
