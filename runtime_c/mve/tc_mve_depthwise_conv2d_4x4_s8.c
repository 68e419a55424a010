/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_depthwise_conv2d_4x4_s8.h"
#include "tc_mve.h"
#include "tc_mve_patches.h"

/* Four rows of the input, one below the other, of 16 channels go to scratch with the rows innermost: VST4 makes
 * words of four rows, one for each channel, so a column is 64 bytes. A gather of four words is then a patch of 4x4
 * inputs of one channel, and VMLADAV with 16 weights, in the same order, a sum. Of a kernel of 3x3 there are four in a
 * patch, with the weights moved by a row, a column or both. */
#define COLUMN TC_MVE_WORDS

/* Columns of four rows, of 16 channels or of `some`. */
TC_CODE
static void copy(const int8_t *const *rows, const int32_t *steps, mve_pred16_t some, int8_t *to, int32_t columns)
{
    const int8_t *r0 = rows[0], *r1 = rows[1], *r2 = rows[2], *r3 = rows[3];
    const int32_t s0 = steps[0], s1 = steps[1], s2 = steps[2], s3 = steps[3];
    for (; columns > 0; columns--, r0 += s0, r1 += s1, r2 += s2, r3 += s3, to += COLUMN) {
        if (some != 0xffff) {
            const int8x16x4_t part = {
                {vld1q_z_s8(r0, some), vld1q_z_s8(r1, some), vld1q_z_s8(r2, some), vld1q_z_s8(r3, some)}};
            vst4q_s8(to, part);
            continue;
        }
        const int8x16x4_t whole = {{vld1q_s8(r0), vld1q_s8(r1), vld1q_s8(r2), vld1q_s8(r3)}};
        vst4q_s8(to, whole);
    }
}

/* The columns that outputs from row y on see, of up to 16 channels. */
TC_CODE
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
    const int32_t inside = p->input_w - x < columns ? p->input_w - x : columns;
    copy(rows, steps, some, to, inside);
    to += inside * COLUMN;
    columns -= inside;
    for (; columns; columns--, to += COLUMN) {
        vst4q_s8(to, pads);
    }
}

/* Outputs of row y, and of the next one if they are made in squares, of up to 16 channels. */
TC_CODE
static void make(const struct tc_mve_depthwise_conv2d_4x4_s8 *p, int32_t first, int32_t channels, const int8_t *x,
                 int8_t *output)
{
    const int32_t column = p->output_column, tap = COLUMN * p->dilation_w, width = p->output_w;
    const uint32_t far = (uint32_t)tap, next = (uint32_t)column;
    const uint32_t below = p->square ? (uint32_t)p->output_row : 2 * next;
    struct tc_mve_patches run = {
        p->weights + 4 + 16 * first, p->words + (p->scale ? 2 : 3) * first, x, output, channels,
        width / 4, width % 4, COLUMN * p->stride_w, 4 * column, 0, 0, -1,
        p->scale, p->shift, 0, p->output_zero_point,
        {0, far, 2 * far, 3 * far}, {0, next, below, below + next}};
    if (p->square) { /* the last ones maybe twice */
        run.fours = width / 2;
        run.rest = width % 2 * 4;
        run.input_step = 2 * COLUMN;
        run.output_step = 2 * column;
        run.input_back = -COLUMN;
        run.output_back = -column;
        run.square = 1;
    }
    tc_mve_patches(&run);
}

void tc_mve_depthwise_conv2d_4x4_s8(const struct tc_mve_depthwise_conv2d_4x4_s8 *p, const int8_t *input,
                                    int8_t *output, void *scratch)
{
    const int32_t seen = p->square ? p->output_w - 1 : (p->output_w + 3) / 4 * 4;
    const int32_t columns = (seen - 1) * p->stride_w + 3 * p->dilation_w + 1;
    for (int32_t y = 0; y < p->output_h; y += p->square ? 2 : 1) {
        const int32_t row = p->square && y == p->output_h - 1 ? y - 1 : y;
        for (int32_t first = 0; first < p->channels; first += 16) {
            const int32_t channels = p->channels - first < 16 ? p->channels - first : 16;
            fill(p, input + first, row, channels, scratch, columns);
            make(p, first, channels, scratch, output + row * p->output_row + first);
        }
    }
    tc_mve_clamp(output, p->output_h * p->output_w * p->channels, p->min, p->max);
}
