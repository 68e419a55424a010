/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_requantize.h"
#include "tinycompile.h"

static int32_t dot(const int8_t *x, const int8_t *w, int32_t count, int32_t zero_point)
{
    int32_t sum = 0;
    for (int32_t i = 0; i < count; i++) {
        sum += (x[i] - zero_point) * w[i];
    }
    return sum;
}

/* First and last + 1 tap of a kernel of `size` taps that falls inside an input of `extent` pixels,
 * when tap 0 falls on pixel `origin`. */
static void clip_taps(int32_t origin, int32_t dilation, int32_t extent, int32_t size,
                      int32_t *first, int32_t *end)
{
    *first = origin < 0 ? (-origin + dilation - 1) / dilation : 0;
    *end = origin + (size - 1) * dilation < extent ? size : (extent - origin + dilation - 1) / dilation;
}

void tc_conv2d_s8(const struct tc_conv2d_s8 *p, const int8_t *input, int8_t *output)
{
    const int32_t group_in = p->input_c / p->groups;
    const int32_t group_out = p->output_c / p->groups;
    /* Taps of one kernel row are neighbours in memory: one long dot product instead of kernel_w short ones. */
    const int32_t fused = p->dilation_w == 1 && p->groups == 1;

    for (int32_t y = 0; y < p->output_h; y++) {
        const int32_t y0 = y * p->stride_h - p->pad_top;
        int32_t ky0, ky1;
        clip_taps(y0, p->dilation_h, p->input_h, p->kernel_h, &ky0, &ky1);
        for (int32_t x = 0; x < p->output_w; x++) {
            const int32_t x0 = x * p->stride_w - p->pad_left;
            int32_t kx0, kx1;
            clip_taps(x0, p->dilation_w, p->input_w, p->kernel_w, &kx0, &kx1);
            const int32_t taps = fused ? (kx1 > kx0 ? 1 : 0) : kx1 - kx0;
            const int32_t run = fused ? (kx1 - kx0) * group_in : group_in;
            for (int32_t c = 0; c < p->output_c; c++) {
                const int8_t *w = p->weights + c * p->kernel_h * p->kernel_w * group_in;
                int32_t sum = p->bias[c];
                for (int32_t ky = ky0; ky < ky1; ky++) {
                    const int32_t row = (y0 + ky * p->dilation_h) * p->input_w;
                    for (int32_t t = 0; t < taps; t++) {
                        const int32_t kx = kx0 + t;
                        const int32_t pixel = row + x0 + kx * p->dilation_w;
                        sum += dot(input + pixel * p->input_c + c / group_out * group_in,
                                   w + (ky * p->kernel_w + kx) * group_in, run, p->input_zero_point);
                    }
                }
                sum = tc_requantize(sum, p->multipliers[c], p->shifts[c]) + p->output_zero_point;
                *output++ = (int8_t)tc_clamp(sum, p->min, p->max);
            }
        }
    }
}
