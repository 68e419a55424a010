/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_depthwise_conv2d_4x4_s8.h"
#include "tc_mve.h"
#include "tc_mve_patches.h"
#include "tc_mve_widen.h"
#include "tc_row_scratch.h"

/* Four rows of the input, one below the other, of 16 channels go to scratch with the rows innermost: VST4 makes
 * words of four rows, one for each channel, so a column is 64 bytes. A gather of four words is then a patch of 4x4
 * inputs of one channel, and VMLADAV with 16 weights, in the same order, a sum. Of a kernel of 3x3 there are four in a
 * patch, with the weights moved by a row, a column or both.
 *
 * A line are four such rows: what one row of the output is made of, or two are in squares. Some lines are a band. */
#define COLUMN TC_MVE_WORDS
#define WIDENED (16 * 17) /* bytes in which scratch begins, of 16 channels' weights that had 4 bits, behind zeros */

/* Columns that a line has. */
static inline int32_t columns_of(const struct tc_mve_depthwise_conv2d_4x4_s8 *p)
{
    const int32_t seen = p->square ? p->output_w - 1 : p->output_w;
    return (seen - 1) * p->stride_w + 3 * p->dilation_w + 1;
}

/* Columns of four rows, of 16 channels or of `some`. */
TC_CODE
static void copy(const int8_t *const *rows, const int32_t *steps, mve_pred16_t some, int8_t *to, int32_t columns)
{
    const int8_t *r0 = rows[0], *r1 = rows[1], *r2 = rows[2], *r3 = rows[3];
    const int32_t s0 = steps[0], s1 = steps[1], s2 = steps[2], s3 = steps[3];
    if (some != 0xffff) {
        for (; columns > 0; columns--, r0 += s0, r1 += s1, r2 += s2, r3 += s3, to += COLUMN) {
            const int8x16x4_t part = {
                {vld1q_z_s8(r0, some), vld1q_z_s8(r1, some), vld1q_z_s8(r2, some), vld1q_z_s8(r3, some)}};
            vst4q_s8(to, part);
        }
        return;
    }
#if defined(__ARM_FEATURE_MVE) && !defined(TC_NO_ASM)
    if (columns > 0) { /* gcc copies vectors before it stores them */
        __asm__ volatile("dls lr, %9\n"
                         "1: vldrb.8 q0, [%0]\n add %0, %5\n vldrb.8 q1, [%1]\n add %1, %6\n"
                         "vldrb.8 q2, [%2]\n add %2, %7\n vldrb.8 q3, [%3]\n add %3, %8\n"
                         "vst40.8 {q0, q1, q2, q3}, [%4]\n vst41.8 {q0, q1, q2, q3}, [%4]\n"
                         "vst42.8 {q0, q1, q2, q3}, [%4]\n vst43.8 {q0, q1, q2, q3}, [%4]!\n le lr, 1b\n"
                         : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3), "+r"(to)
                         : "r"(s0), "r"(s1), "r"(s2), "r"(s3), "r"(columns)
                         : "q0", "q1", "q2", "q3", "lr", "memory");
    }
#else
    for (; columns > 0; columns--, r0 += s0, r1 += s1, r2 += s2, r3 += s3, to += COLUMN) {
        const int8x16x4_t whole = {{vld1q_s8(r0), vld1q_s8(r1), vld1q_s8(r2), vld1q_s8(r3)}};
        vst4q_s8(to, whole);
    }
#endif
}

/* The line of four `rows`, NULL for padding, of the channels from `first` on. */
TC_CODE
static void fill(const struct tc_mve_depthwise_conv2d_4x4_s8 *p, const int8_t *const *rows, int32_t first, int8_t *to)
{
    const int8x16_t pad = vdupq_n_s8((int8_t)p->input_zero_point);
    const int8_t *from[4];
    int32_t steps[4], x = -p->pad_left, columns = columns_of(p);
    int8_t zeros[16];
    vst1q_s8(zeros, pad);
    for (int i = 0; i < 4; i++) {
        from[i] = rows[i] != NULL ? rows[i] + first : zeros;
        steps[i] = rows[i] != NULL ? p->input_column : 0;
    }
    const int8x16x4_t pads = {{pad, pad, pad, pad}};
    for (; x < 0 && columns; x++, columns--, to += COLUMN) {
        vst4q_s8(to, pads);
    }
    const int32_t inside = p->input_w - x < columns ? p->input_w - x : columns;
    copy(from, steps, vctp8q((uint32_t)(p->channels - first)), to, inside);
    to += inside * COLUMN;
    for (columns -= inside; columns > 0; columns--, to += COLUMN) {
        vst4q_s8(to, pads);
    }
}

/* A line from row y of the input on: those of its rows that no weight is for may hold anything. */
TC_CODE
static void fill_from(const struct tc_mve_depthwise_conv2d_4x4_s8 *p, const int8_t *input, int32_t y, int32_t first,
                      int8_t *to)
{
    const int8_t *rows[4];
    for (int i = 0; i < 4; i++, y += p->dilation_h) {
        rows[i] = y >= 0 && y < p->input_h ? input + y * p->input_row : NULL;
    }
    fill(p, rows, first, to);
}

/* What all turns have in common. */
TC_CODE
static struct tc_mve_patches turns(const struct tc_mve_depthwise_conv2d_4x4_s8 *p)
{
    const int32_t column = p->output_column, width = p->output_w, step = COLUMN * p->stride_w, over = width % 4;
    const uint32_t far = (uint32_t)(COLUMN * p->dilation_w), next = (uint32_t)column;
    struct tc_mve_patches run = {0};
    run.scale = p->scale;
    run.shift = p->shift;
    run.zero_point = p->output_zero_point;
    run.input_line = columns_of(p) * COLUMN;
    for (uint32_t i = 0; i < 4; i++) {
        run.columns[i] = i * far;
        run.places[i] = p->square ? i / 2 * (uint32_t)p->output_row + i % 2 * next : i * next;
    }
    if (p->square) {
        run.square = 1;
        run.fours = width / 2;
        run.rest = width % 2;
        run.input_step = 2 * COLUMN;
        run.output_step = 2 * column;
        run.input_back = -COLUMN;
        run.output_back = -column;
        run.output_line = 2 * p->output_row;
        return run;
    }
    run.square = -1;
    run.fours = width / 4;
    run.rest = over > 0;
    run.input_step = step;
    run.output_step = 4 * column;
    run.input_back = (over - 4) * step;
    run.output_back = (over - 4) * column;
    run.output_line = p->output_row;
    return run;
}

/* Some lines of up to 16 channels, their weights where they lie or, of 4 bits, as bytes in scratch. */
TC_CODE
static void make(const struct tc_mve_depthwise_conv2d_4x4_s8 *p, struct tc_mve_patches *run, int32_t first, int32_t lines,
                 const int8_t *from, int8_t *output, int8_t *widened)
{
    run->weights = p->weights + 4 + 16 * first;
    if (p->widen) {
        const int32_t left = p->channels - first;
        vst1q_s8(widened, vdupq_n_s8(0));
        tc_mve_widen(p->weights + 8 * first, widened + 16, left < 16 ? (left + 1) / 2 : 8);
        run->weights = widened + 16;
    }
    run->words = p->words + (p->scale ? 2 : 3) * first;
    run->input = from;
    run->output = output + first;
    run->channels = p->channels - first < 16 ? p->channels - first : 16;
    run->lines = lines;
    tc_mve_patches(run);
}

/* A band of up to 16 channels: the lines of the image from `line` on. */
struct part {
    int32_t first, line, lines;
};

TC_CODE
static struct part part_of(const struct tc_mve_depthwise_conv2d_4x4_s8 *p, int32_t i, int32_t lines, int32_t bands)
{
    const int32_t blocks = (p->channels + 15) / 16;
    const int32_t block = p->in_place ? i / bands : i % blocks;
    const int32_t line = (p->in_place ? i % bands : i / blocks) * p->band;
    const struct part found = {16 * block, line, lines - line < p->band ? lines - line : p->band};
    return found;
}

void tc_mve_depthwise_conv2d_4x4_s8(const struct tc_mve_depthwise_conv2d_4x4_s8 *p, const int8_t *input,
                                    int8_t *output, void *scratch)
{
    const int32_t rows = p->square ? 2 : 1, lines = (p->output_h + rows - 1) / rows;
    const int32_t bands = (lines + p->band - 1) / p->band, parts = bands * ((p->channels + 15) / 16);
    const int32_t size = columns_of(p) * COLUMN, last = p->output_h - rows;
    const int32_t ahead = p->in_place && bands > 1; /* a band is in scratch before the one above is overwritten */
    int8_t *const lines_at = (int8_t *)scratch + (p->widen != 0 ? WIDENED : 0);
    struct tc_mve_patches run = turns(p);
    for (int32_t made = 0, filled = 0; made < parts; made++) {
        for (; filled < parts && filled <= made + ahead; filled++) {
            const struct part to = part_of(p, filled, lines, bands);
            int8_t *x = lines_at + (ahead ? filled % 2 : 0) * p->band * size;
            for (int32_t i = 0; i < to.lines; i++, x += size) {
                const int32_t y = (to.line + i) * rows < last ? (to.line + i) * rows : last;
                fill_from(p, input, y * p->stride_h - p->pad_top, to.first, x);
            }
        }
        const struct part at = part_of(p, made, lines, bands);
        const int8_t *x = lines_at + (ahead ? made % 2 : 0) * p->band * size;
        const int32_t odd = (at.line + at.lines) * rows > p->output_h; /* the last line makes a row again */
        if (at.lines > odd) {
            make(p, &run, at.first, at.lines - odd, x, output + at.line * rows * p->output_row, scratch);
        }
        if (odd) {
            make(p, &run, at.first, 1, x + (at.lines - 1) * size, output + last * p->output_row, scratch);
        }
    }
    tc_mve_clamp(output, p->output_h * p->output_w * p->channels, p->min, p->max);
}

void tc_mve_depthwise_conv2d_4x4_s8_row(const void *params, const int8_t *const *rows, int8_t *output)
{
    const struct tc_mve_depthwise_conv2d_4x4_s8 *const p = params;
    struct tc_mve_patches run = turns(p);
    int8_t *const scratch = tc_row_scratch(rows[p->kernel_h]);
    int8_t *const line = scratch + (p->widen != 0 ? WIDENED : 0);
    const int8_t *four[4] = {NULL};
    for (int32_t i = 0; i < p->kernel_h; i++) {
        four[i] = rows[i];
    }
    for (int32_t first = 0; first < p->channels; first += 16) {
        fill(p, four, first, line);
        make(p, &run, first, 1, line, output, scratch);
    }
    tc_mve_clamp(output, p->output_w * p->channels, p->min, p->max);
}
