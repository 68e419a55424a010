/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_add_s16.h"
#include "tc_mve_leave_s16.h"
#include "tc_mve_walk.h"

/* On the scale that both share, with 14 more bits. */
TC_MVE_INLINE int32x4_t sum(const struct tc_mve_add_s16 *p, int32x4_t x, int32x4_t y)
{
    const int32x4_t a = tc_mve_twice_rounded(x, p->multiplier1, p->factor1);
    return vmlaq_n_s32(vmulq_n_s32(a, p->sign1), y, p->sign2);
}

TC_MVE_INLINE int8x16_t add(const void *parameters, int8x16_t first, int8x16_t second)
{
    const struct tc_mve_add_s16 *p = parameters;
    const int16x8_t x = vreinterpretq_s16_s8(first), y = vreinterpretq_s16_s8(second);
    const int32x4_t even = sum(p, vshllbq_n_s16(x, 15), vmovlbq_s16(y));
    const int32x4_t odd = sum(p, vshlltq_n_s16(x, 15), vmovltq_s16(y));
    const int16x8_t v = tc_mve_leave_s16(even, odd, p->multiplier, p->factor);
    return vreinterpretq_s8_s16(tc_mve_clamp_s16(v, p->min, p->max));
}

TC_CODE
static void make(const void *parameters, struct tc_mve_row row)
{
    /* A copy: which bytes that are stored might change, for all C knows. */
    const struct tc_mve_add_s16 p = *(const struct tc_mve_add_s16 *)parameters;
    tc_mve_row_of_vectors(&p, row, 2, add);
}

void tc_mve_add_s16(const struct tc_mve_add_s16 *p, const int16_t *input1, const int16_t *input2, int16_t *output)
{
    tc_mve_walk(p, p->shape, p->steps1, p->steps2, input1, input2, output, 2, make);
}
