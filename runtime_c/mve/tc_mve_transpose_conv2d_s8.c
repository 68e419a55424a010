/* SPDX-License-Identifier: Apache-2.0 */
/* Outputs at the same place of a stride see the same taps: they are a convolution of their own, of stride 1. Rows of the
 * input are copied, with padding around them and 16 bytes behind them that vectors read and write. */
#include "tc_mve_transpose_conv2d_s8.h"
#include "tc_copy.h"
#include "tc_mve.h"
#include "tc_mve_dense_s8.h"
#include "tc_mve_strip.h"

#define CHAIN 12 /* chunks of a row in tc_mve_dense.h */

/* Taps of a kernel of `size` that lie on a place of a stride; 1, of weights 0, where none does. */
static inline int32_t taps(int32_t size, int32_t place, int32_t stride)
{
    return size > place ? (size - place + stride - 1) / stride : 1;
}

/* What windows see: rows of the input with padding around them. */
struct seen {
    const int8_t *strip; /* the first row that the highest windows see */
    int32_t begin;       /* its first column */
    int32_t bytes;       /* from row to row */
    int8_t *windows;     /* room for two */
};

/* Windows of several long rows, two at a time: their taps one after the other. */
TC_CODE
static void gathered(struct tc_mve_dense run, const struct seen *seen, int32_t row, int32_t rows)
{
    const int8_t *from = run.input;
    const int32_t apart = run.apart, reach = tc_mve_dense_reach(&run);
    run.input = seen->windows;
    run.apart = reach;
    for (int32_t left = run.pixels; left > 0; left -= 2) {
        run.pixels = left < 2 ? left : 2;
        for (int32_t i = 0; i < run.pixels; i++, from += apart) {
            for (int32_t r = 0; r < rows; r++) {
                tc_copy(seen->windows + i * reach + r * row, from + r * seen->bytes, row);
            }
        }
        tc_mve_dense(&run);
        run.output += 2 * run.step;
    }
}

/* The pixels of a row of the output that see the same taps: `first`, and those a stride on. Returns what comes behind
 * their table. */
TC_CODE
static const int32_t *make(const struct tc_mve_transpose_conv2d_s8 *p, struct tc_mve_dense run, const struct seen *seen,
                           int32_t rows, int32_t first)
{
    const int32_t columns = taps(p->kernel_w, (first + p->pad_left) % p->stride_w, p->stride_w);
    const int32_t row = columns * p->input_c;
    const int in_rows = rows > 1 && !p->window;
    const int32_t chunks = ((in_rows ? row : rows * row) + 15) / 16;
    run.first = in_rows ? chunks : (chunks - 1) % CHAIN + 1;
    run.rest = in_rows ? chunks : CHAIN;
    run.rows = in_rows ? rows - 1 : (chunks - run.first) / CHAIN;
    run.down = in_rows ? seen->bytes : 16 * run.first;
    run.next = in_rows ? seen->bytes : 16 * CHAIN;
    run.input = seen->strip + ((first + p->pad_left) / p->stride_w - columns + 1 - seen->begin) * p->input_c;
    run.output += first * p->output_c;
    run.pixels = (p->output_w - first + p->stride_w - 1) / p->stride_w;
    tc_mve_dense_of_s8(&run);
    if (rows > 1 && p->window) {
        gathered(run, seen, row, rows);
    } else if (run.pixels > 0) {
        tc_mve_dense(&run);
    }
    return run.packed + (p->output_c + 3) / 4 * run.set;
}

void tc_mve_transpose_conv2d_s8(const struct tc_mve_transpose_conv2d_s8 *p, const int8_t *input, int8_t *output,
                                void *scratch)
{
    const int32_t most = taps(p->kernel_h, 0, p->stride_h), widest = taps(p->kernel_w, 0, p->stride_w);
    const int32_t begin = p->pad_left / p->stride_w - widest + 1;
    const int32_t end = (p->pad_left + p->output_w - 1) / p->stride_w + 1;
    struct seen seen = {NULL, begin < 0 ? begin : 0, 0, scratch};
    seen.bytes = (end - seen.begin) * p->input_c;
    const struct tc_mve_strip image = {input, p->input_h, p->input_w * p->input_c, -seen.begin * p->input_c, seen.bytes,
                                       p->input_zero_point};
    int8_t *const strip = seen.windows + 2 * p->window;
    struct tc_mve_dense run = {0};
    run.apart = p->input_c;
    run.step = p->stride_w * p->output_c;
    run.scale = p->scale;
    run.shift = p->shift;
    run.zero_point = p->output_zero_point;
    run.min = p->min;
    run.max = p->max;
    run.channels = p->output_c;
    for (int32_t y = 0; y < p->output_h; y++) {
        const int32_t place = (y + p->pad_top) % p->stride_h, rows = taps(p->kernel_h, place, p->stride_h);
        if (y == 0 || place == 0) { /* the same rows of the input reach all of a stride */
            tc_mve_copy_rows(&image, strip, (y + p->pad_top) / p->stride_h - most + 1, most);
        }
        if (y % p->stride_h == 0) {
            run.packed = p->packed;
        }
        seen.strip = strip + (most - rows) * seen.bytes;
        run.output = output + y * p->output_w * p->output_c;
        for (int32_t x = 0; x < p->stride_w; x++) {
            run.packed = make(p, run, &seen, rows, x);
        }
    }
}
