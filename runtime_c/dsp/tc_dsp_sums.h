/* SPDX-License-Identifier: Apache-2.0 */
/* Sums of pixels, four channels at a time. Private to pools and means. */
#ifndef TC_DSP_SUMS_H
#define TC_DSP_SUMS_H

#include "tc_dsp.h"

/* The sums of four channels over rows * columns pixels; `step` and `line` are bytes from one to the next. 255 pixels fit the
 * halves of a word. */
TC_APART static void tc_dsp_sums(const int8_t *x, int32_t rows, int32_t columns, int32_t step, int32_t line, int32_t *sums)
{
    uint32_t even = 0, odd = 0;
    int32_t room = 255;
    sums[0] = sums[1] = sums[2] = sums[3] = 0;
    for (; rows > 0; rows--, x += line) {
        const int8_t *u = x;
        for (int32_t left = columns; left > 0;) {
            int32_t some = tc_least(left, room);
            left -= some;
            room -= some;
            for (; some > 0; some--, u += step) {
                const uint32_t v = tc_load32(u);
                even = tc_sxtab16(even, v);
                odd = tc_sxtab16_ror8(odd, v);
            }
            if (room == 0 || (left == 0 && rows == 1)) {
                sums[0] += tc_bottom(even);
                sums[1] += tc_bottom(odd);
                sums[2] += tc_top(even);
                sums[3] += tc_top(odd);
                even = odd = 0;
                room = 255;
            }
        }
    }
}

#endif
