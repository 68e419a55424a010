/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_avg_pool2d_rescale_s8.h"
#include "tc_requantize.h"
#include "tc_window.h"

/* A row of the output, whose windows have their rows ky0 to ky1 in the input: at `rows`, or from `origin` of the
 * `image` on, `apart` elements one from the other. */
TC_INLINE int8_t *pool_row(const struct tc_avg_pool2d_rescale_s8 *p, const int8_t *const *rows, const int8_t *image,
                           int32_t origin, int32_t apart, int32_t ky0, int32_t ky1, int8_t *output)
{
    const int32_t step = p->dilation_w * p->channels;

    for (int32_t x = 0; x < p->output_w; x++) {
        const int32_t x0 = x * p->stride_w - p->pad_left;
        int32_t kx0, kx1;
        tc_clip_taps(x0, p->dilation_w, p->input_w, p->kernel_w, &kx0, &kx1);
        const int32_t first = (x0 + kx0 * p->dilation_w) * p->channels;
        const int32_t inside = (ky1 - ky0) * (kx1 - kx0);
        const int32_t count = p->count_padding ? p->kernel_h * p->kernel_w : inside;
        for (int32_t c = 0; c < p->channels; c++) {
            int32_t sum = -inside * p->input_zero_point;
            for (int32_t ky = ky0; ky < ky1; ky++) {
                const int8_t *in = tc_row_s8(rows, ky, image, origin + ky * apart);
                int32_t i = first + c;
                for (int32_t kx = kx0; kx < kx1; kx++) {
                    sum += in[i];
                    i += step;
                }
            }
            const int32_t mean = sum * (1 << p->fraction_bits) / count;
            sum = tc_requantize(mean, p->multiplier, p->shift) + p->output_zero_point;
            *output++ = (int8_t)tc_clamp(sum, p->min, p->max);
        }
    }
    return output;
}

void tc_avg_pool2d_rescale_s8(const struct tc_avg_pool2d_rescale_s8 *p, const int8_t *input, int8_t *output)
{
    const int32_t input_row = p->input_w * p->channels;

    for (int32_t y = 0; y < p->output_h; y++) {
        const int32_t y0 = y * p->stride_h - p->pad_top;
        int32_t ky0, ky1;
        tc_clip_taps(y0, p->dilation_h, p->input_h, p->kernel_h, &ky0, &ky1);
        output = pool_row(p, NULL, input, y0 * input_row, p->dilation_h * input_row, ky0, ky1, output);
    }
}

void tc_avg_pool2d_rescale_s8_row(const void *params, const int8_t *const *rows, int8_t *output)
{
    const struct tc_avg_pool2d_rescale_s8 *p = params;
    int32_t ky0, ky1;
    tc_find_rows(rows, p->kernel_h, &ky0, &ky1);
    (void)pool_row(p, rows, NULL, 0, 0, ky0, ky1, output);
}
