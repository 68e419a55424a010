/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_add_constant_s8.h"
#include "tc_mve_sums_s8.h"

void tc_mve_add_constant_s8(const struct tc_mve_add_constant_s8 *p, const int8_t *input, int8_t *output)
{
    const struct tc_mve_sums_s8 of = {p->min, p->max, p->factor1, p->factor2, p->constant, p->shift};
    tc_mve_walk(&of, p->shape, p->steps, p->term_steps, input, p->terms, output, 1, tc_mve_sums_s8);
}

void tc_mve_add_constant_s8_row(const void *params, const int8_t *const *rows, int8_t *output)
{
    tc_mve_add_constant_s8(params, rows[0], output);
}
