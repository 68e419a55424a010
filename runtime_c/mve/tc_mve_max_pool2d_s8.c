/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_max_pool2d_s8.h"
#include "tc_mve.h"
#include "tc_window.h"

/* What of a window is inside the input: its size, and the bytes from column to column and from row to row. */
struct window {
    int32_t height, width, step, line;
};

TC_CODE
static int8x16_t largest(struct window seen, const int8_t *from, mve_pred16_t some)
{
    int8x16_t most = vdupq_n_s8(-128);
    for (int32_t ky = seen.height; ky > 0; ky--, from += seen.line) {
        const int8_t *at = from;
        for (int32_t kx = seen.width; kx > 0; kx--, at += seen.step) {
            most = vmaxq_s8(most, vld1q_z_s8(at, some));
        }
    }
    return most;
}

void tc_mve_max_pool2d_s8(const struct tc_mve_max_pool2d_s8 *p, const int8_t *input, int8_t *output)
{
    const int32_t row = p->input_w * p->channels;
    const int32_t step = p->dilation_w * p->channels, line = p->dilation_h * row;
    for (int32_t y = 0; y < p->output_h; y++) {
        const int32_t y0 = y * p->stride_h - p->pad_top;
        int32_t ky0, ky1;
        tc_clip_taps(y0, p->dilation_h, p->input_h, p->kernel_h, &ky0, &ky1);
        for (int32_t x = 0; x < p->output_w; x++, output += p->channels) {
            const int32_t x0 = x * p->stride_w - p->pad_left;
            int32_t kx0, kx1;
            tc_clip_taps(x0, p->dilation_w, p->input_w, p->kernel_w, &kx0, &kx1);
            const int8_t *from = input + ((y0 + ky0 * p->dilation_h) * row + (x0 + kx0 * p->dilation_w) * p->channels);
            const struct window seen = {ky1 - ky0, kx1 - kx0, step, line};
            for (int32_t c = 0; c < p->channels; c += 16) {
                const mve_pred16_t some = vctp8q((uint32_t)(p->channels - c));
                int8x16_t most = largest(seen, from + c, some);
                most = vminq_s8(vmaxq_s8(most, vdupq_n_s8((int8_t)p->min)), vdupq_n_s8((int8_t)p->max));
                vst1q_p_s8(output + c, most, some);
            }
        }
    }
}
