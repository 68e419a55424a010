/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_dsp_clamp.h"
#include "tc_dsp_dots.h"
#include "tc_dsp_transpose_conv2d_s8.h"
#include "tc_window.h"

/* The input pixels that reach an output pixel. */
struct tc_reaching {
    const int8_t *in; /* the first one */
    int32_t rows, columns;
    int32_t tap; /* where its weights are in a filter; those of the next column and row are before these */
};

/* Four channels of an output pixel, from c on. */
TC_CODE
static void gather(const struct tc_dsp_transpose_conv2d_s8 *p, const struct tc_reaching *from, int32_t c, int8_t *output)
{
    const int32_t channels = p->input_c, filter = p->kernel_h * p->kernel_w * channels;
    const uint32_t minus = tc_dsp_minus(p->input_zero_point);
    const int8_t *in = from->in, *w = p->weights + c * filter + from->tap;
    int32_t sums[4] = {p->bias[c], p->bias[c + 1], p->bias[c + 2], p->bias[c + 3]};
    for (int32_t row = from->rows; row > 0; row--) {
        for (int32_t i = 0; i < from->columns; i++) {
            tc_dsp_add_dots(in + i * channels, minus, w - i * p->stride_w * channels, filter, channels, sums);
        }
        in += p->input_w * channels;
        w -= p->stride_h * p->kernel_w * channels;
    }
    for (int i = 0; i < 4; i++) {
        const int32_t twice = 2 * sums[i], shift = p->shifts[c + i];
        const int32_t half = (2 * p->output_zero_point + 1) * (1 << (shift - 1)); /* and the zero point, times 2^shift */
        const int32_t value = tc_smmlar(twice, p->multipliers[c + i], half) + (twice >> 31);
        output[c + i] = (int8_t)tc_ssat(value >> shift, 8);
    }
}

void tc_dsp_transpose_conv2d_s8(const struct tc_dsp_transpose_conv2d_s8 *p, const int8_t *input, int8_t *output)
{
    int8_t *out = output;
    for (int32_t y = 0; y < p->output_h; y++) {
        const int32_t y0 = y + p->pad_top;
        int32_t iy0, iy1;
        tc_clip_reaching(y0, p->stride_h, p->input_h, p->kernel_h, &iy0, &iy1);
        for (int32_t x = 0; x < p->output_w; x++, out += p->output_c) {
            const int32_t x0 = x + p->pad_left;
            int32_t ix0, ix1;
            tc_clip_reaching(x0, p->stride_w, p->input_w, p->kernel_w, &ix0, &ix1);
            const struct tc_reaching from = {
                .in = input + (iy0 * p->input_w + ix0) * p->input_c,
                .rows = iy1 - iy0,
                .columns = ix1 - ix0,
                .tap = ((y0 - iy0 * p->stride_h) * p->kernel_w + x0 - ix0 * p->stride_w) * p->input_c,
            };
            for (int32_t c = 0, next = 4; next > 0; c += next) {
                gather(p, &from, c, out);
                next = tc_least(4, p->output_c - 4 - c); /* where fewer are left, they go with others once more */
            }
        }
    }    tc_dsp_clamp(output, (int32_t)(out - output), p->min, p->max);
}
