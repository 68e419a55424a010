/* SPDX-License-Identifier: Apache-2.0 */
/* Eight channels at a time: VMULLB multiplies the even ones, VMULLT the odd ones, into 32 bits. */
#include "tc_mve_depthwise_conv2d_s16.h"
#include "tc_mve.h"
#include "tc_window.h"

/* Taps that lie inside of the input. */
struct taps {
    int32_t ky0, ky1, kx0, kx1;
};

/* Four channels' sums -> outputs before they are clamped; words of even and odd channels alternate. */
TC_MVE_INLINE int32x4_t leave(int narrow, int32x4_t v, const int32_t *k)
{
    v = vaddq_s32(v, vld1q_s32(k));
    if (!narrow) {
        return vqrdmulhq_s32(v, vld1q_s32(k + 8));
    }
    const int32x4_t none = vdupq_n_s32(0), shift = vld1q_s32(k + 16), right = vminq_s32(shift, none);
    v = vqrdmulhq_s32(vshlq_s32(v, vmaxq_s32(shift, none)), vld1q_s32(k + 8));
    /* One less where the product is negative and is to be shifted: halves go away from 0. */
    return vrshlq_s32(vqaddq_s32(v, vshrq_n_s32(vandq_s32(v, right), 31)), right);
}

/* All channels of a pixel, whose first tap is at x. */
TC_CODE
static void pixel(const struct tc_mve_depthwise_conv2d_s16 *p, const int16_t *x, struct taps taps, int16_t *output)
{
    const int32_t channels = p->channels, step = p->dilation_w * channels;
    const int32_t row = p->dilation_h * p->input_w * channels - (taps.kx1 - taps.kx0) * step;
    const int32_t skipped = (p->kernel_w - (taps.kx1 - taps.kx0)) * channels;
    const int8_t *weights = p->weights + (taps.ky0 * p->kernel_w + taps.kx0) * channels;
    const int32_t *k = p->words;
    for (int32_t c = 0; c < channels; c += 8, x += 8, weights += 8, k += p->narrow ? 24 : 16) {
        const mve_pred16_t some = vctp16q((uint32_t)(channels - c));
        int32x4_t even = vdupq_n_s32(0), odd = even;
        const int16_t *from = x;
        const int8_t *w = weights;
        for (int32_t ky = taps.ky0; ky < taps.ky1; ky++, from += row, w += skipped) {
            for (int32_t kx = taps.kx0; kx < taps.kx1; kx++, from += step, w += channels) {
                const int16x8_t inputs = vld1q_z_s16(from, some), factors = vldrbq_z_s16(w, some);
                even = vaddq_s32(even, vmullbq_int_s16(inputs, factors));
                odd = vaddq_s32(odd, vmulltq_int_s16(inputs, factors));
            }
        }
        int16x8_t v = vqmovnbq_s32(vdupq_n_s16(0), leave(p->narrow, even, k));
        v = vqmovntq_s32(v, leave(p->narrow, odd, k + 4));
        v = vminq_s16(vmaxq_s16(v, vdupq_n_s16(p->min)), vdupq_n_s16(p->max));
        vst1q_p_s16(output + c, v, some);
    }
}

void tc_mve_depthwise_conv2d_s16(const struct tc_mve_depthwise_conv2d_s16 *p, const int16_t *input, int16_t *output)
{
    for (int32_t y = 0; y < p->output_h; y++) {
        const int32_t y0 = y * p->stride_h - p->pad_top;
        struct taps taps;
        tc_clip_taps(y0, p->dilation_h, p->input_h, p->kernel_h, &taps.ky0, &taps.ky1);
        for (int32_t i = 0; i < p->output_w; i++, output += p->channels) {
            const int32_t x0 = i * p->stride_w - p->pad_left;
            tc_clip_taps(x0, p->dilation_w, p->input_w, p->kernel_w, &taps.kx0, &taps.kx1);
            if (taps.ky1 <= taps.ky0 || taps.kx1 <= taps.kx0) { /* no input at all */
                taps.ky0 = taps.ky1 = taps.kx0 = taps.kx1 = 0;
                pixel(p, input, taps, output);
                tc_clip_taps(y0, p->dilation_h, p->input_h, p->kernel_h, &taps.ky0, &taps.ky1);
                continue;
            }
            const int32_t first = (y0 + taps.ky0 * p->dilation_h) * p->input_w + x0 + taps.kx0 * p->dilation_w;
            pixel(p, input + first * p->channels, taps, output);
        }
    }
}
