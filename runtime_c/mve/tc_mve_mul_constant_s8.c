/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_mul_constant_s8.h"
#include "tc_mve_products_s8.h"

void tc_mve_mul_constant_s8(const struct tc_mve_mul_constant_s8 *p, const int8_t *input, int8_t *output)
{
    const struct tc_mve_products_s8 of = {p->zero_point, p->factor_zero_point, p->output_zero_point, p->min, p->max,
                                          p->multiplier, p->factor};
    tc_mve_walk(&of, p->shape, p->steps, p->factor_steps, input, p->factors, output, 1, tc_mve_products_s8);
}

void tc_mve_mul_constant_s8_row(const void *params, const int8_t *const *rows, int8_t *output)
{
    tc_mve_mul_constant_s8(params, rows[0], output);
}
