/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_mul_s16.h"
#include "tc_mve_leave_s16.h"
#include "tc_mve_walk.h"

TC_MVE_INLINE int8x16_t multiply(const void *parameters, int8x16_t first, int8x16_t second)
{
    const struct tc_mve_mul_s16 *p = parameters;
    const int16x8_t x = vreinterpretq_s16_s8(first), y = vreinterpretq_s16_s8(second);
    const int16x8_t v = tc_mve_leave_s16(vmullbq_int_s16(x, y), vmulltq_int_s16(x, y), p->multiplier, p->factor);
    return vreinterpretq_s8_s16(tc_mve_clamp_s16(v, p->min, p->max));
}

TC_CODE
static void make(const void *parameters, struct tc_mve_row row)
{
    /* A copy: which bytes that are stored might change, for all C knows. */
    const struct tc_mve_mul_s16 p = *(const struct tc_mve_mul_s16 *)parameters;
    tc_mve_row_of_vectors(&p, row, 2, multiply);
}

void tc_mve_mul_s16(const struct tc_mve_mul_s16 *p, const int16_t *input1, const int16_t *input2, int16_t *output)
{
    tc_mve_walk(p, p->shape, p->steps1, p->steps2, input1, input2, output, 2, make);
}
