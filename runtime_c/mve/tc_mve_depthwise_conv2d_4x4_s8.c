/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_depthwise_conv2d_4x4_s8.h"
#include "tc_mve_channel.h"

/* Four rows of the input, one below the other, of 16 channels go to scratch with the rows innermost: VST4 makes
 * words of four rows, one for each channel, so a column is 64 bytes. A gather of four words is then a patch of 4x4
 * inputs of one channel, and VMLADAV with 16 weights, in the same order, a sum. Of a kernel of 3x3 there are four in a
 * patch, with the weights moved by a row, a column or both. */
#define COLUMN TC_MVE_WORDS

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

/* 2x2 outputs at a time, of two rows; those at the end maybe twice. */
static void squares(const struct tc_mve_depthwise_conv2d_4x4_s8 *p, const int8_t *weights, const int32_t *words,
                    const int8_t *x, int8_t *output, int32_t channels)
{
    const uint32_t next = (uint32_t)p->output_column, below = (uint32_t)p->output_row;
    struct tc_mve_patches run = {
        weights, words, x, output, channels, p->output_w / 2, p->output_w % 2 * 4,
        2 * COLUMN, 2 * p->output_column, -COLUMN, -p->output_column, 1, p->scale, p->shift, 0,
        p->output_zero_point, p->min, p->max,
        {0, COLUMN, 2 * COLUMN, 3 * COLUMN}, {0, next, below, below + next}};
    tc_mve_patches(&run);
}

/* A row of one channel, four outputs at a time; those at the end maybe twice. */
TC_MVE_INLINE void line(const struct tc_mve_depthwise_conv2d_4x4_s8 *p, const struct tc_mve_leaving *leaving,
                        struct tc_mve_channel k, const int8_t *weights, const int8_t *x, int8_t *output, uint32x4_t columns, uint32x4_t places, int is_short)
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
            vmladavq_s8(tc_mve_gather(x, columns), w), vmladavq_s8(tc_mve_gather(x + apart, columns), w),
            vmladavq_s8(tc_mve_gather(x + 2 * apart, columns), w), vmladavq_s8(tc_mve_gather(x + 3 * apart, columns), w));
        vstrbq_scatter_offset_p_s32(output, places, tc_mve_leave(leaving, k, sums, is_short), some);
        x += 4 * apart;
        output += 4 * p->output_column;
    }
}

/* A row of `channels` channels. */
TC_MVE_INLINE void lines(const struct tc_mve_depthwise_conv2d_4x4_s8 *p, const int8_t *weights, const int32_t *words,
                         const int8_t *x, int8_t *output, int32_t channels, int is_short)
{
    const struct tc_mve_leaving leaving = {p->scale, p->shift, p->output_zero_point, p->min, p->max};
    const int32_t tap = COLUMN * p->dilation_w, next = p->output_column;
    const uint32x4_t from = tc_mve_offsets(0, tap, 2 * tap, 3 * tap);
    const uint32x4_t to = tc_mve_offsets(0, next, 2 * next, 3 * next);
    for (; channels > 0; channels--, weights += 16, x += 4, output++) {
        const struct tc_mve_channel k = tc_mve_next_channel(&leaving, &words, is_short);
        line(p, &leaving, k, weights, x, output, from, to, is_short);
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
            if (p->square) {
                squares(p, weights, words, scratch, to, channels);
            } else if (p->scale) {
                lines(p, weights, words, scratch, to, channels, 1);
            } else {
                lines(p, weights, words, scratch, to, channels, 0);
            }
        }
    }
}
