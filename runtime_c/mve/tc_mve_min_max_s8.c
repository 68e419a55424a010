/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_min_max_s8.h"
#include "tc_mve_walk.h"

TC_MVE_INLINE int8x16_t larger(__attribute__((unused)) const void *p, int8x16_t x, int8x16_t y)
{
    return vmaxq_s8(x, y);
}
TC_MVE_INLINE int8x16_t smaller(__attribute__((unused)) const void *p, int8x16_t x, int8x16_t y)
{
    return vminq_s8(x, y);
}

TC_MVE_INLINE void make(const void *parameters, struct tc_mve_row row)
{
    const struct tc_mve_min_max_s8 *p = parameters;
    if (p->maximum) {
        tc_mve_row_of_vectors(p, row, 1, larger);
    } else {
        tc_mve_row_of_vectors(p, row, 1, smaller);
    }
}

void tc_mve_min_max_s8(const struct tc_mve_min_max_s8 *p, const int8_t *input1, const int8_t *input2, int8_t *output)
{
    tc_mve_walk(p, p->shape, p->steps1, p->steps2, input1, input2, output, 1, make);
}

void tc_mve_min_max_s8_row(const void *params, const int8_t *const *rows, int8_t *output)
{
    tc_mve_min_max_s8(params, rows[0], rows[1], output);
}
