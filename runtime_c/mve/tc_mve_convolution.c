/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_convolution.h"
#include "tc_mve.h"
#include "tc_mve_strip.h"
#include "tc_row_scratch.h"

#define SLACK 16 /* bytes behind what is gathered that vectors read and write, of no use */

TC_CODE
static void make(struct tc_mve_dense *run, const int8_t *input, int32_t pixels, int32_t apart, int8_t *output)
{
    run->input = input;
    run->pixels = pixels;
    run->apart = apart;
    run->output = output;
    tc_mve_dense(run);
}

/* A kernel of 1x1: pixels are read where they lie. */
TC_CODE
static void pointwise(struct tc_mve_convolution *p, const int8_t *input, int8_t *output, int8_t *scratch)
{
    struct tc_mve_dense *const run = &p->run;
    const int32_t row = p->stride_h * p->input_w * p->pixel;
    const int whole = p->stride_h == 1 && p->stride_w == 1;
    run->pixels = whole ? p->output_h * p->output_w : p->output_w;
    run->apart = p->stride_w * p->pixel;
    run->input = input;
    run->output = output;
    int32_t left = p->input_h * p->input_w * p->pixel;
    for (int32_t y = 0; y < (whole ? 1 : p->output_h); y++) {
        tc_mve_dense_within(run, p->pixel, left, scratch);
        run->input += row;
        run->output += run->pixels * run->step;
        left -= row;
    }
}

/* Up to 16 bytes of each of `windows`; of what is copied `room` bytes may be written. */
TC_CODE
static void copy_piece(int8_t *to, int32_t patch, const int8_t *from, int32_t apart, int32_t windows, int32_t room)
{
    const mve_pred16_t some = vctp8q((uint32_t)room);
    if (room >= 16) {
        do {
            vst1q_s8(to, vld1q_s8(from));
            from += apart;
            to += patch;
        } while (--windows);
    } else {
        do {
            vst1q_p_s8(to, vld1q_s8(from), some);
            from += apart;
            to += patch;
        } while (--windows);
    }
}

/* What some windows of a row see, the taps of each one after the other. Vectors bring more than a run of taps: the
 * next run goes over it. */
TC_CODE
static void gather(const struct tc_mve_convolution *p, const int8_t *from, int32_t bytes, int32_t windows,
                   int8_t *to, int32_t patch)
{
    const int32_t taps = p->dilation_w == 1 ? 1 : p->kernel_w; /* neighbours are one */
    const int32_t run = p->kernel_w / taps * p->pixel, apart = p->stride_w * p->pixel;
    if (taps == 1 && run <= 16 && windows < p->kernel_h) { /* few windows: one after the other */
        for (; windows > 0; windows--, from += apart, to += patch) {
            const int8_t *x = from;
            int8_t *row = to;
            for (int32_t ky = p->kernel_h; ky > 0; ky--, x += p->dilation_h * bytes, row += run) {
                vst1q_s8(row, vld1q_s8(x));
            }
        }
        return;
    }
    if (16 * windows < run) { /* few, with long rows */
        for (; windows > 0; windows--, from += apart, to += patch) {
            for (int32_t tap = 0; tap < p->kernel_h * taps; tap++) {
                const int8_t *x = from + tap / taps * p->dilation_h * bytes + tap % taps * p->dilation_w * p->pixel;
                int8_t *row = to + tap * run;
                for (int32_t i = run; i > 0; i -= 16, x += 16, row += 16) {
                    vst1q_s8(row, vld1q_s8(x));
                }
            }
        }
        return;
    }
    int32_t at = 0; /* in a patch */
    for (int32_t ky = 0; ky < p->kernel_h; ky++, from += p->dilation_h * bytes) {
        for (int32_t kx = 0; kx < taps; kx++, at += run) {
            for (int32_t i = 0; i < run; i += 16) {
                copy_piece(to + at + i, patch, from + kx * p->dilation_w * p->pixel + i, apart, windows,
                           patch - at - i);
            }
        }
    }
}

/* Where things lie in scratch: gathered windows, the strip behind them, whose rows have so many `bytes`. */
struct places {
    int8_t *windows, *strip;
    int32_t bytes;
};

static inline struct places places_in(const struct tc_mve_convolution *p, void *scratch)
{
    const int32_t columns = (p->output_w - 1) * p->stride_w + (p->kernel_w - 1) * p->dilation_w + 1;
    int8_t *const windows = scratch;
    const struct places at = {windows, windows + (p->batch ? p->batch * tc_mve_dense_reach(&p->run) + SLACK : 0),
                              columns * p->pixel};
    return at;
}

/* `rows` rows of the output of the strip. */
TC_CODE
static void convolve(struct tc_mve_convolution *p, const struct places *at, int8_t *output, int32_t rows)
{
    struct tc_mve_dense *const run = &p->run;
    const int32_t patch = tc_mve_dense_reach(run), apart = p->stride_w * p->pixel, bytes = at->bytes;
    int32_t full = 0;
    if (!p->batch) { /* rows of a window lie in those of the strip */
        run->down = run->next = p->dilation_h * bytes;
    }
    for (int32_t row = 0; row < rows; row++) {
        const int8_t *x = at->strip + row * p->stride_h * bytes;
        if (!p->batch) {
            make(run, x, p->output_w, apart, output);
            output += p->output_w * run->step;
            continue;
        }
        for (int32_t i = 0, some; i < p->output_w; i += some, full += some) {
            if (full == p->batch) {
                make(run, at->windows, full, patch, output);
                output += full * run->step;
                full = 0;
            }
            some = p->output_w - i < p->batch - full ? p->output_w - i : p->batch - full;
            gather(p, x + i * apart, bytes, some, at->windows + full * patch, patch);
        }
    }
    if (full) {
        make(run, at->windows, full, patch, output);
    }
}

void tc_mve_convolve(struct tc_mve_convolution *p, const int8_t *input, int8_t *output, void *scratch)
{
    if (!p->block) {
        pointwise(p, input, output, scratch);
        return;
    }
    const struct places at = places_in(p, scratch);
    const struct tc_mve_strip image = {input, p->input_h, p->input_w * p->pixel, p->pad_left * p->pixel, at.bytes,
                                       p->zero_point};
    for (int32_t y = 0; y < p->output_h; y += p->block) {
        const int32_t rows = p->output_h - y < p->block ? p->output_h - y : p->block;
        tc_mve_copy_rows(&image, at.strip, y * p->stride_h - p->pad_top,
                         (rows - 1) * p->stride_h + (p->kernel_h - 1) * p->dilation_h + 1);
        convolve(p, &at, output, rows);
        output += rows * p->output_w * p->run.step;
    }
}

void tc_mve_convolve_row(struct tc_mve_convolution *p, const int8_t *const *rows, int8_t *output)
{
    /* Whole chunks of pixels are read where they lie. */
    void *const scratch = p->block || p->pixel % 16 ? tc_row_scratch(rows[p->kernel_h]) : NULL;
    if (!p->block) {
        pointwise(p, rows[0], output, scratch);
        return;
    }
    const struct places at = places_in(p, scratch);
    const struct tc_mve_strip image = {NULL, 0, p->input_w * p->pixel, p->pad_left * p->pixel, at.bytes, p->zero_point};
    tc_mve_gather_rows(&image, at.strip, rows, p->kernel_h); /* side by side: they are no dilation apart */
    convolve(p, &at, output, 1);
}
