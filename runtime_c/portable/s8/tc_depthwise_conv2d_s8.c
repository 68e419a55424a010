/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_depthwise_conv2d_s8.h"
#include "tc_requantize.h"
#include "tc_window.h"

/* A row of the output, whose windows have their rows ky0 to ky1 in the input: at `rows`, or from `origin` of the
 * `image` on, `apart` elements one from the other. */
TC_INLINE int8_t *convolve_row(const struct tc_depthwise_conv2d_s8 *p, const int8_t *const *rows, const int8_t *image,
                               int32_t origin, int32_t apart, int32_t ky0, int32_t ky1, int8_t *output)
{
    const int32_t multiplier = p->output_c / p->input_c;
    const int32_t step = p->dilation_w * p->input_c;

    for (int32_t x = 0; x < p->output_w; x++) {
        const int32_t x0 = x * p->stride_w - p->pad_left;
        int32_t kx0, kx1;
        tc_clip_taps(x0, p->dilation_w, p->input_w, p->kernel_w, &kx0, &kx1);
        const int32_t first = (x0 + kx0 * p->dilation_w) * p->input_c;
        /* in_c is the input channel of the output channel c: c / multiplier. */
        for (int32_t c = 0, in_c = 0, m = 0; c < p->output_c; c++) {
            uint32_t sum = (uint32_t)p->bias[c];
            for (int32_t ky = ky0; ky < ky1; ky++) {
                const int8_t *in = tc_row_s8(rows, ky, image, origin + ky * apart);
                int32_t i = first + in_c;
                int32_t w = (ky * p->kernel_w + kx0) * p->output_c + c;
                for (int32_t kx = kx0; kx < kx1; kx++) {
                    sum += (uint32_t)((in[i] - p->input_zero_point) * p->weights[w]);
                    i += step;
                    w += p->output_c;
                }
            }
            const int32_t value =
                tc_requantize((int32_t)sum, p->multipliers[c], p->shifts[c]) + p->output_zero_point;
            *output++ = (int8_t)tc_clamp(value, p->min, p->max);
            if (++m == multiplier) {
                m = 0;
                in_c++;
            }
        }
    }
    return output;
}

TC_CONVOLUTION(tc_depthwise_conv2d_s8)
