/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_dsp_depthwise_conv2d_direct_s8.h"
#include "tc_dsp_dots.h"
#include "tc_requantize.h"
#include "tc_window.h"

/* Results of four channels from c on. */
TC_APART static void leave(const struct tc_dsp_depthwise_conv2d_direct_s8 *p, int32_t c, const int32_t *sums, int8_t *y)
{
    for (int32_t i = 0; i < 4; i++) {
        const int32_t value = tc_requantize(sums[i], p->multipliers[c + i], p->shifts[c + i]) + p->output_zero_point;
        y[i] = (int8_t)tc_clamp(value, p->min, p->max);
    }
}

/* A row of the output, whose windows have their rows ky0 to ky1 in the input: at `rows`, or from `origin` of the `image` on,
 * `apart` elements one from the other. Four channels at a time; where fewer are left, they go with others once more. */
TC_INLINE int8_t *convolve_row(const struct tc_dsp_depthwise_conv2d_direct_s8 *p, const int8_t *const *rows,
                               const int8_t *image, int32_t origin, int32_t apart, int32_t ky0, int32_t ky1, int8_t *output)
{
    const int32_t n = p->input_c, step = p->dilation_w * n;
    const uint32_t minus = tc_dsp_minus(p->input_zero_point);
    for (int32_t x = 0; x < p->output_w; x++, output += n) {
        const int32_t x0 = x * p->stride_w - p->pad_left;
        int32_t kx0, kx1;
        tc_clip_taps(x0, p->dilation_w, p->input_w, p->kernel_w, &kx0, &kx1);
        const int32_t first = (x0 + kx0 * p->dilation_w) * n;
        for (int32_t i = 0; i < n; i += 4) {
            const int32_t at = i < n - 4 ? i : n - 4;
            int32_t a = p->bias[at], b = p->bias[at + 1], c = p->bias[at + 2], d = p->bias[at + 3];
            for (int32_t ky = ky0; ky < ky1; ky++) {
                const int8_t *in = tc_row_s8(rows, ky, image, origin + ky * apart) + first + at;
                const int8_t *w = p->weights + (ky * p->kernel_w + kx0) * n + at;
                for (int32_t left = kx1 - kx0; left > 0; left--, in += step, w += n) {
                    const uint32_t u = tc_load32(in), v = tc_load32(w);
                    const uint32_t even = tc_sxtab16(minus, u), odd = tc_sxtab16_ror8(minus, u);
                    const uint32_t w02 = tc_sxtb16(v), w13 = tc_sxtb16_ror8(v);
                    a = tc_smlabb(even, w02, a), b = tc_smlabb(odd, w13, b);
                    c = tc_smlatt(even, w02, c), d = tc_smlatt(odd, w13, d);
                }
            }
            const int32_t sums[4] = {a, b, c, d};
            leave(p, at, sums, output + at);
        }
    }
    return output;
}

TC_CONVOLUTION(tc_dsp_depthwise_conv2d_direct_s8)
