/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of products of int8. Private to the kernels. */
#ifndef TC_MVE_PRODUCTS_S8_H
#define TC_MVE_PRODUCTS_S8_H

#include "tc_mve_leave_s16.h"
#include "tc_mve_walk.h"
#include "tinycompile.h"

struct tc_mve_products_s8 {
    int16_t zero_point1, zero_point2, output_zero_point;
    int16_t min, max;
    int32_t multiplier, factor; /* as in tc_mve_leave_s16.h */
};

TC_MVE_INLINE int16x8_t tc_mve_multiply_s8(const void *parameters, int16x8_t x, int16x8_t y)
{
    const struct tc_mve_products_s8 *p = (const struct tc_mve_products_s8 *)parameters;
    x = vaddq_n_s16(x, (int16_t)-p->zero_point1);
    y = vaddq_n_s16(y, (int16_t)-p->zero_point2);
    const int16x8_t v = tc_mve_leave_s16(vmullbq_int_s16(x, y), vmulltq_int_s16(x, y), p->multiplier, p->factor);
    return tc_mve_clamp_s16(vqaddq_n_s16(v, p->output_zero_point), p->min, p->max);
}

TC_CODE
static void tc_mve_products_s8(const void *parameters, struct tc_mve_row row)
{
    /* A copy: which bytes that are stored might change, for all C knows. */
    const struct tc_mve_products_s8 p = *(const struct tc_mve_products_s8 *)parameters;
    tc_mve_row_of_halves(&p, row, tc_mve_multiply_s8);
}

#endif
