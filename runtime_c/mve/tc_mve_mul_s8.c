/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_mul_s8.h"
#include "tc_mve_leave_s16.h"
#include "tc_mve_walk.h"

TC_MVE_INLINE int16x8_t multiply(const void *parameters, int16x8_t x, int16x8_t y)
{
    const struct tc_mve_mul_s8 *p = parameters;
    x = vaddq_n_s16(x, (int16_t)-p->zero_point1);
    y = vaddq_n_s16(y, (int16_t)-p->zero_point2);
    const int16x8_t v = tc_mve_leave_s16(vmullbq_int_s16(x, y), vmulltq_int_s16(x, y), p->multiplier, p->factor);
    return tc_mve_clamp_s16(vqaddq_n_s16(v, p->output_zero_point), p->min, p->max);
}

TC_CODE
static void make(const void *parameters, struct tc_mve_row row)
{
    /* A copy: which bytes that are stored might change, for all C knows. */
    const struct tc_mve_mul_s8 p = *(const struct tc_mve_mul_s8 *)parameters;
    tc_mve_row_of_halves(&p, row, multiply);
}

void tc_mve_mul_s8(const struct tc_mve_mul_s8 *p, const int8_t *input1, const int8_t *input2, int8_t *output)
{
    tc_mve_walk(p, p->shape, p->steps1, p->steps2, input1, input2, output, 1, make);
}

void tc_mve_mul_s8_row(const void *params, const int8_t *const *rows, int8_t *output)
{
    tc_mve_mul_s8(params, rows[0], rows[1], output);
}
