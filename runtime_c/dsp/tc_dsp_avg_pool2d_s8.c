/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_dsp_avg_pool2d_s8.h"
#include "tc_dsp_clamp.h"
#include "tc_window.h"

/* The means of all channels of rows * columns pixels; `step` and `line` are bytes from one to the next. */
TC_CODE
static void mean(const int8_t *in, int8_t *out, int32_t channels, int32_t rows, int32_t columns, int32_t step, int32_t line)
{
    const int32_t count = rows * columns, half = count / 2, most = count <= 255 ? rows : 255 / columns;
    for (int32_t c = 0, next = 4; next > 0; c += next) {
        int32_t sums[4] = {0, 0, 0, 0};
        const int8_t *start = in + c;
        for (int32_t left = rows; left > 0; left -= most) { /* 255 pixels fit the halves of a word */
            uint32_t even = 0, odd = 0;
            for (int32_t row = tc_least(most, left); row > 0; row--, start += line) {
                const int8_t *x = start;
                for (int32_t column = columns; column > 0; column--, x += step) {
                    const uint32_t v = tc_load32(x);
                    even = tc_sxtab16(even, v);
                    odd = tc_sxtab16_ror8(odd, v);
                }
            }
            sums[0] += tc_bottom(even);
            sums[1] += tc_bottom(odd);
            sums[2] += tc_top(even);
            sums[3] += tc_top(odd);
        }
        for (int i = 0; i < 4; i++) {
            out[c + i] = (int8_t)((sums[i] > 0 ? sums[i] + half : sums[i] - half) / count);
        }
        next = tc_least(4, channels - 4 - c); /* where fewer are left, they go with others once more */
    }
}

void tc_dsp_avg_pool2d_s8(const struct tc_dsp_avg_pool2d_s8 *p, const int8_t *input, int8_t *output)
{
    const int32_t channels = p->channels, row = p->input_w * channels;
    int8_t *out = output;
    for (int32_t y = 0; y < p->output_h; y++) {
        const int32_t y0 = y * p->stride_h - p->pad_top;
        int32_t ky0, ky1;
        tc_clip_taps(y0, p->dilation_h, p->input_h, p->kernel_h, &ky0, &ky1);
        const int8_t *in = input + (y0 + ky0 * p->dilation_h) * row;
        for (int32_t x = 0; x < p->output_w; x++, out += channels) {
            const int32_t x0 = x * p->stride_w - p->pad_left;
            int32_t kx0, kx1;
            tc_clip_taps(x0, p->dilation_w, p->input_w, p->kernel_w, &kx0, &kx1);
            mean(in + (x0 + kx0 * p->dilation_w) * channels, out, channels, ky1 - ky0, kx1 - kx0, p->dilation_w * channels,
                 p->dilation_h * row);
        }
    }
    tc_dsp_clamp(output, (int32_t)(out - output), p->min, p->max);
}
