/* SPDX-License-Identifier: Apache-2.0 */
#include "arm_nnfunctions.h"
#include "tc_cmsis_softmax_s8_s16.h"

void tc_cmsis_softmax_s8_s16(const struct tc_cmsis_softmax_s8_s16 *p, const int8_t *input, int16_t *output)
{
    arm_softmax_s8_s16(input, p->rows, p->depth, p->multiplier, p->shift, p->least_difference, output);
}
