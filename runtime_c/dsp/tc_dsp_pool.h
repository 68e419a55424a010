/* SPDX-License-Identifier: Apache-2.0 */
/* The walk of a window over an image, a word of channels at a time. Private to pools. */
#ifndef TC_DSP_POOL_H
#define TC_DSP_POOL_H

#include "tc_dsp_clamp.h"
#include "tc_dsp_extremes.h"
#include "tc_window.h"

/* `window` makes all channels, of so many bytes, of the pixels of a window that lie in the input:
 * window(in, out, bytes, rows, columns, step, line), `step` and `line` being bytes from one to the next. */
#define TC_DSP_POOL(symbol, type, window, clamp)                                                                \
    void symbol(const struct symbol *p, const type *input, type *output)                                        \
    {                                                                                                           \
        const int32_t bytes = p->channels * (int32_t)sizeof(type), row = p->input_w * bytes;                    \
        int8_t *out = (int8_t *)output;                                                                         \
        for (int32_t y = 0; y < p->output_h; y++) {                                                             \
            const int32_t y0 = y * p->stride_h - p->pad_top;                                                    \
            int32_t ky0, ky1;                                                                                   \
            tc_clip_taps(y0, p->dilation_h, p->input_h, p->kernel_h, &ky0, &ky1);                               \
            const int8_t *in = (const int8_t *)input + (y0 + ky0 * p->dilation_h) * row;                        \
            for (int32_t x = 0; x < p->output_w; x++, out += bytes) {                                           \
                const int32_t x0 = x * p->stride_w - p->pad_left;                                               \
                int32_t kx0, kx1;                                                                               \
                tc_clip_taps(x0, p->dilation_w, p->input_w, p->kernel_w, &kx0, &kx1);                           \
                window(in + (x0 + kx0 * p->dilation_w) * bytes, out, bytes, ky1 - ky0, kx1 - kx0,               \
                       p->dilation_w * bytes, p->dilation_h * row);                                             \
            }                                                                                                   \
        }                                                                                                       \
        clamp(output, p->output_h * p->output_w * p->channels, p->min, p->max);                                 \
    }

/* The largest of each channel, by tc_max8 or tc_max16 and the least there is. */
TC_INLINE void tc_dsp_largest(const int8_t *in, int8_t *out, int32_t bytes, int32_t rows, int32_t columns, int32_t step,
                              int32_t line, uint32_t least, uint32_t (*larger)(uint32_t, uint32_t))
{
    for (int32_t c = 0, next = 4; next > 0; c += next) {
        uint32_t found = least;
        const int8_t *start = in + c;
        for (int32_t row = rows; row > 0; row--, start += line) {
            const int8_t *x = start;
            for (int32_t left = columns; left > 0; left--, x += step) {
                found = larger(found, tc_load32(x));
            }
        }
        tc_store32(out + c, found);
        next = tc_least(4, bytes - 4 - c); /* where fewer are left, they go with others once more */
    }
}

#endif
