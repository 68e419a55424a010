/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_dsp_clamp.h"
#include "tc_dsp_max_pool2d_s8.h"
#include "tc_window.h"

/* The largest of rows * columns pixels, of all channels; `step` and `line` are bytes from one to the next. */
TC_CODE
static void largest(const int8_t *in, int8_t *out, int32_t channels, int32_t rows, int32_t columns, int32_t step,
                    int32_t line)
{
    for (int32_t c = 0;;) {
        uint32_t found = 0x80808080u;
        const int8_t *start = in + c;
        for (int32_t row = rows; row > 0; row--, start += line) {
            const int8_t *x = start;
            for (int32_t left = columns; left > 0; left--, x += step) {
                found = tc_max8(found, tc_load32(x));
            }
        }
        tc_store32(out + c, found);
        /* Where fewer than four channels are left, they go with others once more. */
        const int32_t next = tc_least(4, channels - 4 - c);
        if (next <= 0) {
            return;
        }
        c += next;
    }
}

void tc_dsp_max_pool2d_s8(const struct tc_dsp_max_pool2d_s8 *p, const int8_t *input, int8_t *output)
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
            largest(in + (x0 + kx0 * p->dilation_w) * channels, out, channels, ky1 - ky0, kx1 - kx0, p->dilation_w * channels,
                    p->dilation_h * row);
        }
    }
    tc_dsp_clamp(output, (int32_t)(out - output), p->min, p->max);
}
