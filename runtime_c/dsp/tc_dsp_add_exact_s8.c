/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_broadcast.h"
#include "tc_dsp_add_exact_s8.h"
#include "tc_dsp_clamp.h"

void tc_dsp_add_exact_s8(const struct tc_dsp_add_exact_s8 *p, const int8_t *input1, const int8_t *input2, int8_t *output)
{
    const int32_t count = p->shape[TC_AXES - 1], x_step = p->steps1[TC_AXES - 1], y_step = p->steps2[TC_AXES - 1];
    const int32_t zero1 = p->zero_point1, zero2 = p->zero_point2, m2 = p->multiplier2, m = p->multiplier, c = p->constant;
    const int32_t factor1 = p->sign1 * ((int32_t)1 << 20), factor2 = 2 * p->sign2;
    const int shift2 = p->shift2, shift = p->shift;
    const int32_t half2 = shift2 ? (int32_t)1 << (shift2 - 1) : 0, signs = shift2 ? -1 : 0;
    struct tc_row row = {{0}, 0, 0};
    do {
        const int8_t *x = input1 + row.first, *y = input2 + row.second;
        int8_t *const start = output;
        for (int32_t i = count; i > 0; i--, x += x_step, y += y_step) {
            /* Twice what is multiplied, so that SMMLAR is TFLite's multiplication; its shifts take 1 off negative numbers. */
            const int32_t twice2 = (*y - zero2) * ((int32_t)1 << 21);
            const int32_t second = (tc_smmlar(twice2, m2, half2) + ((twice2 >> 31) & signs)) >> shift2;
            const int32_t twice = (*x - zero1) * factor1 + second * factor2;
            *output++ = (int8_t)tc_ssat((tc_smmlar(twice, m, c) + (twice >> 31)) >> shift, 8);
        }
        tc_dsp_clamp(start, count, p->min, p->max);
    } while (tc_next_row(&row, p->shape, p->steps1, p->steps2));
}

void tc_dsp_add_exact_s8_row(const void *params, const int8_t *const *rows, int8_t *output)
{
    tc_dsp_add_exact_s8(params, rows[0], rows[1], output);
}
