/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_dsp_avg_pool2d_s8.h"
#include "tc_dsp_pool.h"

/* The means of all channels of rows * columns pixels; `step` and `line` are bytes from one to the next. */
TC_CODE
static void mean(const int8_t *in, int8_t *out, int32_t channels, int32_t rows, int32_t columns, int32_t step, int32_t line)
{
    const int32_t count = rows * columns, half = count / 2, most = count <= 255 ? rows : 255 / columns;
    for (int32_t c = 0, next = 4; next > 0; c += next) {
        int32_t sums[4] = {0, 0, 0, 0};
        const int8_t *start = in + c;
        for (int32_t left = rows; left > 0; left -= most) { /* 255 pixels fit the halves of a word */
            uint32_t even = 0, odd = 0;
            for (int32_t row = tc_least(most, left); row > 0; row--, start += line) {
                const int8_t *x = start;
                for (int32_t column = columns; column > 0; column--, x += step) {
                    const uint32_t v = tc_load32(x);
                    even = tc_sxtab16(even, v);
                    odd = tc_sxtab16_ror8(odd, v);
                }
            }
            sums[0] += tc_bottom(even);
            sums[1] += tc_bottom(odd);
            sums[2] += tc_top(even);
            sums[3] += tc_top(odd);
        }
        for (int i = 0; i < 4; i++) {
            out[c + i] = (int8_t)((sums[i] > 0 ? sums[i] + half : sums[i] - half) / count);
        }
        next = tc_least(4, channels - 4 - c); /* where fewer are left, they go with others once more */
    }
}

TC_DSP_POOL(tc_dsp_avg_pool2d_s8, int8_t, mean, tc_dsp_clamp)
