/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_conv2d_offset_s8.h"
#include "tc_requantize.h"
#include "tc_window.h"

/* The sum of products of one window of the group of the output channel c, whose weights begin at `w`. */
TC_CODE
static int32_t products(const struct tc_conv2d_offset_s8 *p, const int8_t *input, const int8_t *w, int32_t y0,
                        int32_t x0)
{
    const int32_t group_in = p->input_c / p->groups;
    int32_t ky0, ky1, kx0, kx1;
    int32_t sum = 0;
    tc_clip_taps(y0, p->dilation_h, p->input_h, p->kernel_h, &ky0, &ky1);
    tc_clip_taps(x0, p->dilation_w, p->input_w, p->kernel_w, &kx0, &kx1);
    for (int32_t ky = ky0; ky < ky1; ky++) {
        for (int32_t kx = kx0; kx < kx1; kx++) {
            const int32_t pixel = (y0 + ky * p->dilation_h) * p->input_w + x0 + kx * p->dilation_w;
            const int8_t *x = input + pixel * p->input_c;
            const int8_t *tap = w + (ky * p->kernel_w + kx) * group_in;
            for (int32_t i = 0; i < group_in; i++) {
                sum += (x[i] - p->input_zero_point) * (tap[i] - p->weights_zero_point);
            }
        }
    }
    return sum;
}

void tc_conv2d_offset_s8(const struct tc_conv2d_offset_s8 *p, const int8_t *input, int8_t *output)
{
    const int32_t group_in = p->input_c / p->groups;
    const int32_t group_out = p->output_c / p->groups;
    const int32_t taps = p->kernel_h * p->kernel_w * group_in;

    for (int32_t y = 0; y < p->output_h; y++) {
        const int32_t y0 = y * p->stride_h - p->pad_top;
        for (int32_t x = 0; x < p->output_w; x++) {
            const int32_t x0 = x * p->stride_w - p->pad_left;
            for (int32_t c = 0; c < p->output_c; c++) {
                const int8_t *group = input + c / group_out * group_in;
                const uint32_t sum =
                    (uint32_t)p->bias[c] + (uint32_t)products(p, group, p->weights + c * taps, y0, x0);
                const int32_t value =
                    tc_requantize((int32_t)sum, p->multipliers[c], p->shifts[c]) + p->output_zero_point;
                *output++ = (int8_t)tc_clamp(value, p->min, p->max);
            }
        }
    }
}
