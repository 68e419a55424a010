/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_depthwise_conv2d_s8.h"
#include "tc_mve.h"
#include "tc_mve_strip.h"

/* Four channels' sums -> outputs in the highest bytes of words, and `words` moves on. */
TC_MVE_INLINE int32x4_t leave(const struct tc_mve_depthwise_conv2d_s8 *p, int32x4_t v, const int32_t **words)
{
    const int32_t *const k = *words;
    if (p->scale) {
        *words += 8;
        v = vqdmulhq_s32(vmlaq_n_s32(vld1q_s32(k), v, p->scale), vld1q_s32(k + 4));
        return vqshlq_r_s32(v, p->shift);
    }
    *words += 12;
    const int32x4_t none = vdupq_n_s32(0), shift = vld1q_s32(k + 8), right = vminq_s32(shift, none);
    v = vshlq_s32(vaddq_s32(v, vld1q_s32(k)), vmaxq_s32(shift, none));
    v = vqrdmulhq_s32(v, vld1q_s32(k + 4));
    /* One less where the product is negative and is to be shifted: halves go away from 0. */
    v = vrshlq_s32(vqaddq_s32(v, vshrq_n_s32(vandq_s32(v, right), 31)), right);
    v = vaddq_n_s32(v, p->output_zero_point);
    v = vminq_s32(vmaxq_s32(v, vdupq_n_s32(p->min)), vdupq_n_s32(p->max));
    return vshlq_n_s32(v, 24);
}

/* The outputs of 16 channels of one pixel, whose taps lie at `offsets`, an even number. Two products of bytes fit 16
 * bits. VMULLB takes the even channels, of which VMOVLB takes every second one again. */
TC_MVE_INLINE int8x16_t pixel(const struct tc_mve_depthwise_conv2d_s8 *p, const int8_t *x, const int32_t *offsets,
                              const int8_t *w, int32_t pairs, const int32_t *words)
{
    int32x4_t s0 = vdupq_n_s32(0), s1 = s0, s2 = s0, s3 = s0;
    for (; pairs > 0; pairs--, offsets += 2, w += 32) {
        int8x16_t q = vld1q_s8(x + offsets[0]), v = vld1q_s8(w);
        int16x8_t even = vmullbq_int_s8(q, v), odd = vmulltq_int_s8(q, v);
        q = vld1q_s8(x + offsets[1]);
        v = vld1q_s8(w + 16);
        even = vaddq_s16(even, vmullbq_int_s8(q, v));
        odd = vaddq_s16(odd, vmulltq_int_s8(q, v));
        s0 = vaddq_s32(s0, vmovlbq_s16(even));
        s1 = vaddq_s32(s1, vmovlbq_s16(odd));
        s2 = vaddq_s32(s2, vmovltq_s16(even));
        s3 = vaddq_s32(s3, vmovltq_s16(odd));
    }
    int32x4_t bytes = leave(p, s0, &words);
    bytes = vsriq_n_s32(leave(p, s1, &words), bytes, 8);
    bytes = vsriq_n_s32(leave(p, s2, &words), bytes, 8);
    return vreinterpretq_s8_s32(vsriq_n_s32(leave(p, s3, &words), bytes, 8));
}

void tc_mve_depthwise_conv2d_s8(const struct tc_mve_depthwise_conv2d_s8 *p, const int8_t *input, int8_t *output,
                                void *scratch)
{
    const int32_t columns = (p->output_w - 1) * p->stride_w + (p->kernel_w - 1) * p->dilation_w + 1;
    const int32_t line = columns * p->channels, taps = p->kernel_h * p->kernel_w, pairs = (taps + 1) / 2;
    const int32_t rows = (p->kernel_h - 1) * p->dilation_h + 1, kinds = p->scale ? 32 : 48;
    const struct tc_mve_strip image = {input, p->input_h, p->input_w * p->channels, p->pad_left * p->channels, line,
                                       p->input_zero_point};
    int32_t *const offsets = scratch;
    int8_t *const strip = (int8_t *)(offsets + 2 * pairs);
    offsets[2 * pairs - 1] = 0; /* of an odd number one more, whose weights are 0 */
    for (int32_t tap = 0; tap < taps; tap++) {
        offsets[tap] = tap / p->kernel_w * p->dilation_h * line + tap % p->kernel_w * p->dilation_w * p->channels;
    }
    for (int32_t y = 0; y < p->output_h; y++, output += p->output_w * p->channels) {
        tc_mve_copy_rows(&image, strip, y * p->stride_h - p->pad_top, rows);
        const int8_t *w = p->weights;
        const int32_t *words = p->words;
        for (int32_t first = 0; first < p->channels; first += 16, w += 32 * pairs, words += kinds) {
            const mve_pred16_t some = vctp8q((uint32_t)(p->channels - first));
            const int8_t *x = strip + first;
            int8_t *to = output + first;
            for (int32_t i = 0; i < p->output_w; i++, x += p->stride_w * p->channels, to += p->channels) {
                vst1q_p_s8(to, pixel(p, x, offsets, w, pairs, words), some);
            }
        }
    }
}
