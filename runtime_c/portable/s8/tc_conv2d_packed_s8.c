/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_conv2d_packed_s8.h"
#include "tc_dot.h"
#include "tc_packed.h"
#include "tc_requantize.h"
#include "tc_window.h"

/* The output channel c, whose filter is decoded, of all pixels. `input` begins with the first channel of its group. */
TC_CODE
static void convolve(const struct tc_conv2d_packed_s8 *p, int32_t c, const int8_t *filter, const int8_t *input,
                     int8_t *output)
{
    const int32_t depth = p->input_c / p->groups;
    const int32_t tap = p->dilation_w * p->input_c;
    const int32_t line = p->input_w * p->input_c;
    /* Neighbouring taps of a row are one dot product where they are neighbours in memory. */
    const int joined = tap == depth;

    for (int32_t y = 0; y < p->output_h; y++) {
        const int32_t y0 = y * p->stride_h - p->pad_top;
        int32_t ky0, ky1;
        tc_clip_taps(y0, p->dilation_h, p->input_h, p->kernel_h, &ky0, &ky1);
        for (int32_t x = 0; x < p->output_w; x++, output += p->output_c) {
            const int32_t x0 = x * p->stride_w - p->pad_left;
            int32_t kx0, kx1;
            tc_clip_taps(x0, p->dilation_w, p->input_w, p->kernel_w, &kx0, &kx1);
            const int32_t width = kx1 > kx0 ? kx1 - kx0 : 0;
            uint32_t sum = (uint32_t)p->bias[c];
            for (int32_t ky = ky0; ky < ky1; ky++) {
                const int8_t *in = input + ((y0 + ky * p->dilation_h) * line + x0 * p->input_c + kx0 * tap);
                const int8_t *w = filter + (ky * p->kernel_w + kx0) * depth;
                if (joined != 0) {
                    sum += (uint32_t)tc_dot_s8(in, w, width * depth, p->input_zero_point);
                    continue;
                }
                for (int32_t i = 0; i < width; i++) {
                    sum += (uint32_t)tc_dot_s8(in + i * tap, w + i * depth, depth, p->input_zero_point);
                }
            }
            const int32_t value = tc_requantize((int32_t)sum, p->multipliers[c], p->shifts[c]) + p->output_zero_point;
            *output = (int8_t)tc_clamp(value, p->min, p->max);
        }
    }
}

void tc_conv2d_packed_s8(const struct tc_conv2d_packed_s8 *p, const int8_t *input, int8_t *output, void *scratch)
{
    const int32_t group_in = p->input_c / p->groups;
    const int32_t group_out = p->output_c / p->groups;
    const int32_t taps = p->kernel_h * p->kernel_w * group_in;
    const int32_t bytes = tc_packed_bytes(taps, p->bits);

    for (int32_t c = 0; c < p->output_c; c++) {
        tc_unpack_s8(p->weights + c * bytes, p->bits, p->codebook + c * p->codebook_step, taps, scratch);
        convolve(p, c, scratch, input + c / group_out * group_in, output + c);
    }
}
