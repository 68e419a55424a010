/* SPDX-License-Identifier: Apache-2.0 */
/* The inner function of depthwise convolutions of int16 by int8: 2 pixels x 2 channels at a time.
 *
 * Two neighbouring channels of a pixel are a word of halves as they lie in memory, and so are their weights in scratch. SMLABB
 * is the product of the first, SMLATT that of the second; weights are read once for both pixels.
 *
 * TC_DSP_LANES_S16(name, taps, step, apart, relu, narrow) defines a function `name` with these literals:
 *   taps   of a row of the window
 *   step   bytes from one to the next
 *   apart  bytes from a pixel to the next of the input
 *   relu, narrow  as in TC_DSP_RUN_S16 */
#ifndef TC_DSP_LANES_S16_H
#define TC_DSP_LANES_S16_H

#include "tc_dsp_leave_s16.h"

/* w: biases of both channels, the words by which each leaves, then a word of each tap. x: the first pixel, `line` bytes from a
 * row of its window to the next, of `rows`. y: its result, `y_apart` bytes to the next; `count` of them, an even number. */
typedef void tc_dsp_lanes_s16(const uint32_t *w, const int8_t *x, int8_t *y, int32_t count, int32_t y_apart, int32_t rows,
                              int32_t line);

TC_INLINE void tc_dsp_store_lanes(int8_t *y, int32_t first, int32_t second, const uint32_t *k, int relu, int narrow)
{
    const uint32_t low = (uint32_t)tc_dsp_leave_s16(first, k, relu, narrow);
    tc_store32(y, tc_pkhbt(low, (uint32_t)tc_dsp_leave_s16(second, k + TC_DSP_FACTORS(narrow), relu, narrow)));
}

TC_INLINE void tc_dsp_lanes_of(const uint32_t *w, const int8_t *x, int8_t *y, int32_t count, int32_t y_apart, int32_t rows,
                               int32_t line, int taps, int step, int apart, int relu, int narrow)
{
    for (; count; count -= 2, x += 2 * apart, y += 2 * y_apart) {
        const uint32_t *u = w + 2 + 2 * TC_DSP_FACTORS(narrow);
        const int8_t *v = x;
        int32_t a0 = (int32_t)w[0], a1 = (int32_t)w[1], b0 = a0, b1 = a1;
        for (int32_t row = rows; row; row--, v += line, u += taps) {
            TC_UNROLL(16)
            for (int i = 0; i < taps; i++) {
                const uint32_t p = tc_load32(v + i * step), q = tc_load32(v + i * step + apart), weights = u[i];
                a0 = tc_smlabb(p, weights, a0), a1 = tc_smlatt(p, weights, a1);
                b0 = tc_smlabb(q, weights, b0), b1 = tc_smlatt(q, weights, b1);
            }
        }
        tc_dsp_store_lanes(y, a0, a1, w + 2, relu, narrow);
        tc_dsp_store_lanes(y + y_apart, b0, b1, w + 2, relu, narrow);
    }
}

#define TC_DSP_LANES_S16(name, taps, step, apart, relu, narrow)                                                      \
    void name(const uint32_t *w, const int8_t *x, int8_t *y, int32_t count, int32_t y_apart, int32_t rows, int32_t line) \
    {                                                                                                                \
        tc_dsp_lanes_of(w, x, y, count, y_apart, rows, line, taps, step, apart, relu, narrow);                       \
    }

#endif
