/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_dsp_avg_pool2d_s16.h"
#include "tc_dsp_pool.h"

/* Rounded to nearest, ties away from zero. */
TC_INLINE uint32_t divided(int32_t sum, int32_t half, int32_t count)
{
    return (uint32_t)((sum > 0 ? sum + half : sum - half) / count);
}

/* The means of all channels of rows * columns pixels; `step` and `line` are bytes from one to the next. */
TC_CODE
static void mean(const int8_t *in, int8_t *out, int32_t bytes, int32_t rows, int32_t columns, int32_t step, int32_t line)
{
    const int32_t count = rows * columns, half = count / 2;
    for (int32_t c = 0, next = 4; next > 0; c += next) {
        int32_t sum0 = 0, sum1 = 0;
        const int8_t *start = in + c;
        for (int32_t row = rows; row > 0; row--, start += line) {
            const int8_t *x = start;
            for (int32_t column = columns; column > 0; column--, x += step) {
                const uint32_t v = tc_load32(x);
                sum0 += tc_bottom(v);
                sum1 += tc_top(v);
            }
        }
        tc_store32(out + c, tc_pkhbt(divided(sum0, half, count), divided(sum1, half, count)));
        next = tc_least(4, bytes - 4 - c); /* where one is left, it goes with another once more */
    }
}

TC_DSP_POOL(tc_dsp_avg_pool2d_s16, int16_t, mean, tc_dsp_clamp_s16)
