/* SPDX-License-Identifier: Apache-2.0 */
#include "arm_nnfunctions.h"
#include "tc_cmsis_softmax_s16.h"

void tc_cmsis_softmax_s16(const struct tc_cmsis_softmax_s16 *p, const int16_t *input, int16_t *output)
{
    const cmsis_nn_softmax_lut_s16 tables = {p->exponentials, p->inverses};
    (void)arm_softmax_s16(input, p->rows, p->depth, p->multiplier, p->shift, &tables, output);
}
