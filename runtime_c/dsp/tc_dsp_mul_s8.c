/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_broadcast.h"
#include "tc_dsp_clamp.h"
#include "tc_dsp_mul_s8.h"

/* Of twice a product: TFLite's two roundings, the first in SMMLAR, halves of negative numbers down in the second. */
TC_INLINE int8_t leave(int32_t twice, int32_t multiplier, int32_t constant, int shift)
{
    const int32_t value = tc_smmlar(twice, multiplier, constant) + (twice >> 31);
    return (int8_t)tc_ssat(value >> shift, 8);
}

void tc_dsp_mul_s8(const struct tc_dsp_mul_s8 *p, const int8_t *input1, const int8_t *input2, int8_t *output)
{
    const uint32_t minus1 = (uint32_t)-p->zero_point1 & 0xffffu, minus2 = (uint32_t)-p->zero_point2 & 0xffffu;
    const uint32_t zeros1 = minus1 << 16 | minus1, zeros2 = minus2 << 16 | minus2;
    const int32_t m = p->multiplier, c = p->constant, count = p->shape[TC_AXES - 1];
    const int shift = p->shift;
    struct tc_row row = {{0}, 0, 0};
    do {
        const int8_t *x = input1 + row.first, *y = input2 + row.second;
        int8_t *const start = output, *const end = output + count;
        for (int32_t words = count / 4; words > 0; words--, x += 4, y += 4, output += 4) {
            const uint32_t u = tc_load32(x), v = tc_load32(y);
            const uint32_t u02 = tc_sxtab16(zeros1, u), u13 = tc_sxtab16_ror8(zeros1, u);
            const uint32_t v02 = tc_sxtab16(zeros2, v), v13 = tc_sxtab16_ror8(zeros2, v);
            const uint32_t w02 = tc_sadd16(v02, v02), w13 = tc_sadd16(v13, v13);
            output[0] = leave(tc_bottom(u02) * tc_bottom(w02), m, c, shift);
            output[1] = leave(tc_bottom(u13) * tc_bottom(w13), m, c, shift);
            output[2] = leave(tc_top(u02) * tc_top(w02), m, c, shift);
            output[3] = leave(tc_top(u13) * tc_top(w13), m, c, shift);
        }
        while (output != end) {
            *output++ = leave(2 * (*x++ - p->zero_point1) * (*y++ - p->zero_point2), m, c, shift);
        }
        tc_dsp_clamp(start, count, p->min, p->max);
    } while (tc_next_row(&row, p->shape, p->steps1, p->steps2));
}

void tc_dsp_mul_s8_row(const void *params, const int8_t *const *rows, int8_t *output)
{
    tc_dsp_mul_s8(params, rows[0], rows[1], output);
}
