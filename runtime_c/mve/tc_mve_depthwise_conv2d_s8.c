/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_depthwise_conv2d_s8.h"
#include "tc_mve.h"
#include "tc_mve_strip.h"
#include "tc_mve_widen.h"
#include "tc_row_scratch.h"

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

/* Where the taps of a window are, in rows of `line` bytes; of an odd number one more, whose weights are 0. */
TC_CODE
static void place(const struct tc_mve_depthwise_conv2d_s8 *p, int32_t line, int32_t *offsets)
{
    const int32_t step = p->dilation_w * p->channels;
    for (int32_t ky = 0, row = 0; ky < p->kernel_h; ky++, row += p->dilation_h * line) {
        for (int32_t kx = 0, at = row; kx < p->kernel_w; kx++, at += step) {
            *offsets++ = at;
        }
    }
    *offsets = 0;
}

/* Behind the offsets there is room for a block's weights as bytes, if they have 4 bits, and then for rows. */
TC_MVE_INLINE int8_t *behind(const struct tc_mve_depthwise_conv2d_s8 *p, int32_t *offsets)
{
    return (int8_t *)(offsets + p->kernel_h * p->kernel_w + 1);
}

TC_MVE_INLINE int32_t pairs_of(const struct tc_mve_depthwise_conv2d_s8 *p)
{
    return (p->kernel_h * p->kernel_w + 1) / 2;
}

TC_MVE_INLINE int8_t *rows_of(const struct tc_mve_depthwise_conv2d_s8 *p, int32_t *offsets)
{
    return behind(p, offsets) + (p->widen != 0 ? 32 * pairs_of(p) : 0);
}

/* A row of the output, whose first window begins at `x`. Of fewer than 16 channels the rest is thrown away, else
 * the last block may be the last 16. */
TC_CODE
static void convolve(const struct tc_mve_depthwise_conv2d_s8 *p, const int8_t *x, int32_t *offsets, int8_t *output)
{
    const int32_t channels = p->channels, pairs = pairs_of(p), bytes = p->widen ? 16 : 32, kinds = p->scale ? 32 : 48;
    const mve_pred16_t some = vctp8q((uint32_t)channels);
    const int8_t *w = p->weights;
    const int32_t *words = p->words;
    for (int32_t first = 0; first < channels; first += 16, w += bytes * pairs, words += kinds) {
        const int32_t begin = first + 16 > channels && channels > 16 ? channels - 16 : first;
        const int8_t *from = x + begin;
        const int8_t *weights = w;
        int8_t *y = output + begin;
        if (p->widen) {
            tc_mve_widen(w, behind(p, offsets), pairs);
            weights = behind(p, offsets);
        }
        for (int32_t i = 0; i < p->output_w; i++, from += p->stride_w * channels, y += channels) {
            vst1q_p_s8(y, pixel(p, from, offsets, weights, pairs, words), some);
        }
    }
}

/* The image around which padding is, of the columns that a row of the output sees. */
TC_CODE
static struct tc_mve_strip strip_of(const struct tc_mve_depthwise_conv2d_s8 *p, const int8_t *input)
{
    const int32_t columns = (p->output_w - 1) * p->stride_w + (p->kernel_w - 1) * p->dilation_w + 1;
    const struct tc_mve_strip strip = {input, p->input_h, p->input_w * p->channels, p->pad_left * p->channels,
                                       columns * p->channels, p->input_zero_point};
    return strip;
}

void tc_mve_depthwise_conv2d_s8(const struct tc_mve_depthwise_conv2d_s8 *p, const int8_t *input, int8_t *output,
                                void *scratch)
{
    int32_t *const offsets = scratch;
    int8_t *const rows = rows_of(p, offsets);
    const struct tc_mve_strip image = strip_of(p, input);
    place(p, p->inside ? image.row : image.bytes, offsets);
    for (int32_t y = 0; y < p->output_h; y++, output += p->output_w * p->channels) {
        if (p->inside) {
            convolve(p, input + y * p->stride_h * image.row, offsets, output);
        } else {
            tc_mve_copy_rows(&image, rows, y * p->stride_h - p->pad_top, (p->kernel_h - 1) * p->dilation_h + 1);
            convolve(p, rows, offsets, output);
        }
    }
}

void tc_mve_depthwise_conv2d_s8_row(const void *params, const int8_t *const *rows, int8_t *output)
{
    const struct tc_mve_depthwise_conv2d_s8 *const p = params;
    int32_t *const offsets = tc_row_scratch(rows[p->kernel_h]);
    int8_t *const strip = rows_of(p, offsets);
    const struct tc_mve_strip image = strip_of(p, NULL);
    tc_mve_gather_rows(&image, strip, rows, p->kernel_h);
    place(p, image.bytes, offsets);
    convolve(p, strip, offsets, output);
}
