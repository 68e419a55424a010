/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_tanh_s16.h"
#include "tc_mve_sigmoid.h"

void tc_mve_tanh_s16(const struct tc_mve_tanh_s16 *p, const int16_t *input, int16_t *output)
{
    tc_mve_curve_s16(tc_mve_tanh, p->table, p->multiplier, p->shift, p->count, input, output);
}
