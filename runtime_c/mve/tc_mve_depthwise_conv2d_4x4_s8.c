/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_depthwise_conv2d_4x4_s8.h"
#include "tc_mve.h"

/* Four rows of the input, one below the other, of 16 channels go to scratch with the rows innermost: VST4 makes
 * words of four rows, one for each channel, so a column is 64 bytes. A gather of four words is then a patch of 4x4
 * inputs of one channel, and VMLADAV with 16 weights, in the same order, a sum. Of a kernel of 3x3 there are four in a
 * patch, with the weights moved by a row, a column or both. */
#define COLUMN 64

/* What a channel's sums become outputs by. */
struct channel {
    int32_t offset, m, left, right;
};

/* Four sums of one channel -> outputs, in words; `is_short` is a literal. */
TC_MVE_INLINE int32x4_t leave(const struct tc_mve_depthwise_conv2d_4x4_s8 *p, struct channel k, int32x4_t v,
                              int is_short)
{
    v = vshlq_r_s32(v, k.left);
    v = vaddq_n_s32(v, k.offset);
    if (is_short) {
        v = vqdmulhq_n_s32(v, k.m);
        return vshrq_n_s32(vqshlq_r_s32(v, k.right), 24);
    }
    v = vqrdmulhq_n_s32(v, k.m);
    /* One less where the product is negative and is to be shifted: halves go away from 0. */
    v = vqaddq_s32(v, vshrq_n_s32(vandq_s32(v, vdupq_n_s32(k.right)), 31));
    v = vaddq_n_s32(vrshlq_n_s32(v, k.right), p->output_zero_point);
    return vminq_s32(vmaxq_s32(v, vdupq_n_s32(p->min)), vdupq_n_s32(p->max));
}

/* The columns that outputs from row y on see, of up to 16 channels. */
static void fill(const struct tc_mve_depthwise_conv2d_4x4_s8 *p, const int8_t *input, int32_t y, int32_t channels,
                 int8_t *to, int32_t columns)
{
    const mve_pred16_t some = vctp8q((uint32_t)channels);
    const int8x16_t pad = vdupq_n_s8((int8_t)p->input_zero_point);
    const int8_t *rows[4];
    int32_t steps[4];
    int8_t zeros[16];
    vst1q_s8(zeros, pad);
    for (int i = 0; i < 4; i++) { /* rows that no weight is for may hold anything */
        const int32_t at = y * p->stride_h - p->pad_top + i * p->dilation_h;
        const int inside = at >= 0 && at < p->input_h;
        rows[i] = inside ? input + at * p->input_row : zeros;
        steps[i] = inside ? p->input_column : 0;
    }
    const int8x16x4_t pads = {{pad, pad, pad, pad}};
    int32_t x = -p->pad_left;
    for (; x < 0 && columns; x++, columns--, to += COLUMN) {
        vst4q_s8(to, pads);
    }
    const int8_t *r0 = rows[0], *r1 = rows[1], *r2 = rows[2], *r3 = rows[3];
    for (; x < p->input_w && columns; x++, columns--, to += COLUMN) {
        const int8x16x4_t column = {
            {vld1q_z_s8(r0, some), vld1q_z_s8(r1, some), vld1q_z_s8(r2, some), vld1q_z_s8(r3, some)}};
        vst4q_s8(to, column);
        r0 += steps[0];
        r1 += steps[1];
        r2 += steps[2];
        r3 += steps[3];
    }
    for (; columns; columns--, to += COLUMN) {
        vst4q_s8(to, pads);
    }
}

TC_MVE_INLINE int8x16_t patch(const int8_t *at, uint32x4_t columns)
{
    return vreinterpretq_s8_u32(vldrwq_gather_offset_u32((const uint32_t *)(const void *)at, columns));
}

/* 2x2 outputs at a time, two rows of one channel; those at the end maybe twice. */
TC_MVE_INLINE void squares(const struct tc_mve_depthwise_conv2d_4x4_s8 *p, const int8_t *weights, struct channel k,
                           const int8_t *x, int8_t *output, uint32x4_t columns, uint32x4_t places, int is_short)
{
    const int8x16_t w = vld1q_s8(weights), right = vld1q_s8(weights - 4);
    const int8x16_t down = vreinterpretq_s8_u32(vshlq_n_u32(vreinterpretq_u32_s8(w), 8));
    const int8x16_t both = vreinterpretq_s8_u32(vshlq_n_u32(vreinterpretq_u32_s8(right), 8));
    const int32_t next = 2 * p->output_column, odd = p->output_w & 1;
    int32_t count = p->output_w / 2;
    for (int last = 0; last <= odd; last++) {
        do {
            const int8x16_t q = patch(x, columns);
            const int32x4_t sums = tc_mve_four(vmladavq_s8(q, w), vmladavq_s8(q, right), vmladavq_s8(q, down),
                                               vmladavq_s8(q, both));
            vstrbq_scatter_offset_s32(output, places, leave(p, k, sums, is_short));
            x += 2 * COLUMN;
            output += next;
        } while (--count);
        count = 1;
        x -= COLUMN;
        output -= p->output_column;
    }
}

/* A row of one channel, four outputs at a time; those at the end maybe twice. */
TC_MVE_INLINE void line(const struct tc_mve_depthwise_conv2d_4x4_s8 *p, const int8_t *weights, struct channel k,
                        const int8_t *x, int8_t *output, uint32x4_t columns, uint32x4_t places, int is_short)
{
    const int8x16_t w = vld1q_s8(weights);
    const int32_t apart = COLUMN * p->stride_w;
    const mve_pred16_t some = vctp32q((uint32_t)p->output_w);
    for (int32_t left = p->output_w; left > 0; left -= 4) {
        if (left < 4 && p->output_w >= 4) {
            x -= (4 - left) * apart;
            output -= (4 - left) * p->output_column;
        }
        const int32x4_t sums = tc_mve_four(
            vmladavq_s8(patch(x, columns), w), vmladavq_s8(patch(x + apart, columns), w),
            vmladavq_s8(patch(x + 2 * apart, columns), w), vmladavq_s8(patch(x + 3 * apart, columns), w));
        vstrbq_scatter_offset_p_s32(output, places, leave(p, k, sums, is_short), some);
        x += 4 * apart;
        output += 4 * p->output_column;
    }
}

/* All outputs of `channels` channels, of one row or two. */
TC_MVE_INLINE void make(const struct tc_mve_depthwise_conv2d_4x4_s8 *p, const int8_t *weights, const int32_t *words,
                        const int8_t *x, int8_t *output, int32_t channels, int square, int is_short)
{
    const uint32_t tap = COLUMN * (uint32_t)p->dilation_w, next = (uint32_t)p->output_column;
    const uint32_t second = square ? (uint32_t)p->output_row : 2 * next;
    const uint32_t columns[4] = {0, tap, 2 * tap, 3 * tap}, places[4] = {0, next, second, second + next};
    const uint32x4_t from = vld1q_u32(columns), to = vld1q_u32(places);
    struct channel k = {0, 0, 0, p->shift};
    while (is_short && (int32_t)1 << k.left < p->scale) {
        k.left++;
    }
    for (; channels > 0; channels--, weights += 16, words += is_short ? 2 : 3, x += 4, output++) {
        k.offset = words[0];
        k.m = words[1];
        if (!is_short) {
            k.left = words[2] > 0 ? words[2] : 0;
            k.right = words[2] - k.left;
            k.offset = (int32_t)((uint32_t)k.offset << k.left);
        }
        if (square) {
            squares(p, weights, k, x, output, from, to, is_short);
        } else {
            line(p, weights, k, x, output, from, to, is_short);
        }
    }
}

void tc_mve_depthwise_conv2d_4x4_s8(const struct tc_mve_depthwise_conv2d_4x4_s8 *p, const int8_t *input,
                                    int8_t *output, void *scratch)
{
    const int32_t seen = p->square ? p->output_w - 1 : p->output_w < 4 ? 4 : p->output_w;
    const int32_t columns = (seen - 1) * p->stride_w + 3 * p->dilation_w + 1, kinds = p->scale ? 2 : 3;
    for (int32_t y = 0; y < p->output_h; y += p->square ? 2 : 1) {
        const int32_t row = p->square && y == p->output_h - 1 ? y - 1 : y;
        for (int32_t first = 0; first < p->channels; first += 16) {
            const int32_t channels = p->channels - first < 16 ? p->channels - first : 16;
            const int8_t *weights = p->weights + 4 + 16 * first;
            const int32_t *words = p->words + kinds * first;
            int8_t *to = output + row * p->output_row + first;
            fill(p, input + first, row, channels, scratch, columns);
            if (p->square && p->scale) {
                make(p, weights, words, scratch, to, channels, 1, 1);
            } else if (p->square) {
                make(p, weights, words, scratch, to, channels, 1, 0);
            } else if (p->scale) {
                make(p, weights, words, scratch, to, channels, 0, 1);
            } else {
                make(p, weights, words, scratch, to, channels, 0, 0);
            }
        }
    }
}
