/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_conv2d_s8.h"
#include "tc_dot.h"
#include "tc_requantize.h"
#include "tc_window.h"

/* A row of the output, whose windows have their rows ky0 to ky1 in the input: at `rows`, or from `origin` of the
 * `image` on, `apart` elements one from the other. */
TC_INLINE int8_t *convolve_row(const struct tc_conv2d_s8 *p, const int8_t *const *rows, const int8_t *image,
                               int32_t origin, int32_t apart, int32_t ky0, int32_t ky1, int8_t *output)
{
    const int32_t group_in = p->input_c / p->groups;
    const int32_t group_out = p->output_c / p->groups;
    const int32_t kernel_row = p->kernel_w * group_in;
    const int32_t step = p->dilation_w * p->input_c;
    /* Taps of one kernel row are neighbours in memory: one long dot product instead of kernel_w short ones. */
    const int fused = p->dilation_w == 1 && p->groups == 1;

    for (int32_t x = 0; x < p->output_w; x++) {
        const int32_t x0 = x * p->stride_w - p->pad_left;
        int32_t kx0, kx1;
        tc_clip_taps(x0, p->dilation_w, p->input_w, p->kernel_w, &kx0, &kx1);
        const int32_t runs = kx1 <= kx0 ? 0 : fused ? 1 : kx1 - kx0;
        const int32_t run = fused ? (kx1 - kx0) * group_in : group_in;
        const int32_t first = (x0 + kx0 * p->dilation_w) * p->input_c;
        /* i0 and w0 are where the group of the output channel c begins in a pixel, and the taps of c. */
        for (int32_t c = 0, in_group = 0, i0 = first, w0 = kx0 * group_in; c < p->output_c; c++) {
            uint32_t sum = (uint32_t)p->bias[c];
            for (int32_t ky = ky0; ky < ky1; ky++) {
                const int8_t *in = tc_row_s8(rows, ky, image, origin + ky * apart);
                int32_t i = i0;
                int32_t w = ky * kernel_row + w0;
                for (int32_t r = 0; r < runs; r++) {
                    sum += (uint32_t)tc_dot_s8(in + i, p->weights + w, run, p->input_zero_point);
                    i += step;
                    w += group_in;
                }
            }
            const int32_t value =
                tc_requantize((int32_t)sum, p->multipliers[c], p->shifts[c]) + p->output_zero_point;
            *output++ = (int8_t)tc_clamp(value, p->min, p->max);
            w0 += p->kernel_h * kernel_row;
            if (++in_group == group_out) {
                in_group = 0;
                i0 += group_in;
            }
        }
    }
    return output;
}

TC_CONVOLUTION(tc_conv2d_s8)
