/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_mul_s8.h"
#include "tc_mve_products_s8.h"

void tc_mve_mul_s8(const struct tc_mve_mul_s8 *p, const int8_t *input1, const int8_t *input2, int8_t *output)
{
    const struct tc_mve_products_s8 of = {p->zero_point1, p->zero_point2, p->output_zero_point, p->min, p->max,
                                          p->multiplier, p->factor};
    tc_mve_walk(&of, p->shape, p->steps1, p->steps2, input1, input2, output, 1, tc_mve_products_s8);
}

void tc_mve_mul_s8_row(const void *params, const int8_t *const *rows, int8_t *output)
{
    tc_mve_mul_s8(params, rows[0], rows[1], output);
}
