/* SPDX-License-Identifier: Apache-2.0 */
/* Windows of an image, one after the other.
 *
 * TC_DSP_PATCHES(name, rows, runs, bytes, values) defines a function `name`: a window has `rows` rows of `runs` runs of `bytes`
 * neighbours, and takes `values` bytes, a multiple of 4. Even ones become unsigned. What is left behind a window is any.
 * TC_DSP_PATCHES_S16 is the same of int16, which stay as they are. */
#ifndef TC_DSP_PATCHES_H
#define TC_DSP_PATCHES_H

#include "tc_dsp_copy.h"

/* `count` windows, `step` bytes from one to the next; `row` from a row of a window to the next, `run` from a run to the next. */
typedef void tc_dsp_patches(const int8_t *image, int8_t *to, int32_t count, int32_t step, int32_t row, int32_t run);

/* tc_dsp_copy of a literal number of bytes. */
TC_INLINE void tc_dsp_copy_few(int8_t *to, const int8_t *from, int bytes, uint32_t flip)
{
    if (bytes > 32 || bytes < 4) {
        tc_dsp_copy(to, from, bytes, flip);
        return;
    }
    TC_UNROLL(8)
    for (int i = 0; i + 4 <= bytes; i += 4) {
        tc_store32(to + i, tc_load32(from + i) ^ flip);
    }
    if (bytes % 4) {
        tc_store32(to + bytes - 4, tc_load32(from + bytes - 4) ^ tc_dsp_flip_on(flip, bytes));
    }
}

TC_INLINE void tc_dsp_patches_of(const int8_t *image, int8_t *to, int32_t count, int32_t step, int32_t row, int32_t run,
                                 int rows, int runs, int bytes, int values, uint32_t even)
{
    for (; count; count--, image += step, to += values - rows * runs * bytes) {
        uint32_t flip = even;
        const int8_t *line = image;
        for (int r = 0; r < rows; r++, line += row) {
            const int8_t *from = line;
            for (int i = 0; i < runs; i++, from += run, to += bytes) {
                tc_dsp_copy_few(to, from, bytes, flip);
                flip = tc_dsp_flip_on(flip, bytes);
            }
        }
    }
}

#define TC_DSP_PATCHES_OF(name, rows, runs, bytes, values, even)                                                    \
    void name(const int8_t *image, int8_t *to, int32_t count, int32_t step, int32_t row, int32_t run)               \
    {                                                                                                               \
        tc_dsp_patches_of(image, to, count, step, row, run, rows, runs, bytes, values, even);                       \
    }
#define TC_DSP_PATCHES(name, rows, runs, bytes, values) TC_DSP_PATCHES_OF(name, rows, runs, bytes, values, TC_DSP_EVEN)
#define TC_DSP_PATCHES_S16(name, rows, runs, bytes, values) TC_DSP_PATCHES_OF(name, rows, runs, bytes, values, 0u)

#endif
