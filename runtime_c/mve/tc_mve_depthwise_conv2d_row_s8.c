/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_depthwise_conv2d_row_s8.h"
#include "tc_mve.h"
#include "tc_mve_patches.h"
#include "tc_row_scratch.h"

/* Of a row of the input, four columns and 16 channels at a time go to scratch with the columns innermost: VST4 makes
 * words of four columns, one for each channel. A gather of four words is then 16 neighbours of one channel, of which
 * VMLADAV makes the four outputs whose first tap is one of the first four, with the weights moved by as many bytes. */

/* Some columns of a row, NULL for padding, of 16 channels or fewer. */
TC_CODE
static void fill(const struct tc_mve_depthwise_conv2d_row_s8 *p, const int8_t *row, mve_pred16_t some, int8_t *to,
                 int32_t fours)
{
    const int8x16_t pad = vdupq_n_s8((int8_t)p->input_zero_point);
    const int32_t step = p->input_column, width = row != NULL ? p->input_w : 0;
    int32_t x = -p->pad_left, at = x * step;
    for (; fours > 0; fours--, x += 4, at += 4 * step, to += TC_MVE_WORDS) {
        int8x16x4_t columns = {{pad, pad, pad, pad}};
        if (x >= 0 && x + 4 <= width && some == 0xffff) {
            const int8_t *from = row + at;
            columns.val[0] = vld1q_s8(from);
            columns.val[1] = vld1q_s8(from + step);
            columns.val[2] = vld1q_s8(from + 2 * step);
            columns.val[3] = vld1q_s8(from + 3 * step);
        } else {
            for (int i = 0; i < 4; i++) {
                if (x + i >= 0 && x + i < width) {
                    columns.val[i] = vld1q_z_s8(row + at + i * step, some);
                }
            }
        }
        vst4q_s8(to, columns);
    }
}

/* What all turns have in common. */
TC_CODE
static struct tc_mve_patches turns(const struct tc_mve_depthwise_conv2d_row_s8 *p)
{
    const uint32_t next = (uint32_t)p->output_column;
    const struct tc_mve_patches run = {
        NULL, NULL, NULL, NULL, 0, p->output_w / 4, p->output_w % 4, TC_MVE_WORDS, 4 * p->output_column, 0, 0, 0,
        p->scale, p->shift, 0, p->output_zero_point, 0, 0,
        {0, TC_MVE_WORDS, 2 * TC_MVE_WORDS, 3 * TC_MVE_WORDS}, {0, next, 2 * next, 3 * next},
        0, 0, 0, 0};
    return run;
}

/* A row of the output of one of the input, NULL for padding. */
TC_CODE
static void make(const struct tc_mve_depthwise_conv2d_row_s8 *p, struct tc_mve_patches *run, const int8_t *row,
                 int8_t *output, int8_t *scratch)
{
    for (int32_t first = 0; first < p->channels; first += 16) {
        const int32_t channels = p->channels - first < 16 ? p->channels - first : 16;
        fill(p, row != NULL ? row + first : NULL, vctp8q((uint32_t)channels), scratch, (p->output_w + 3) / 4 + 3);
        run->weights = p->weights + 4 + 16 * first;
        run->words = p->words + first * (p->scale ? 2 : 3);
        run->input = scratch;
        run->output = output + first;
        run->channels = channels;
        run->lines = 1;
        tc_mve_patches(run);
    }
}

void tc_mve_depthwise_conv2d_row_s8(const struct tc_mve_depthwise_conv2d_row_s8 *p, const int8_t *input, int8_t *output,
                                    void *scratch)
{
    struct tc_mve_patches run = turns(p);
    for (int32_t i = 0; i < p->output_h; i++) {
        const int32_t y = i * p->stride_h - p->pad_top;
        const int8_t *const row = y >= 0 && y < p->input_h ? input + y * p->input_row : NULL;
        make(p, &run, row, output + i * p->output_row, scratch);
    }
    tc_mve_clamp(output, p->output_h * p->output_w * p->channels, p->min, p->max);
}

void tc_mve_depthwise_conv2d_row_s8_row(const void *params, const int8_t *const *rows, int8_t *output)
{
    const struct tc_mve_depthwise_conv2d_row_s8 *const p = params;
    struct tc_mve_patches run = turns(p);
    make(p, &run, rows[0], output, tc_row_scratch(rows[1]));
    tc_mve_clamp(output, p->output_w * p->channels, p->min, p->max);
}
