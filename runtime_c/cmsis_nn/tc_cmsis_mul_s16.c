/* SPDX-License-Identifier: Apache-2.0 */
#include "arm_nnfunctions.h"
#include "tc_cmsis_mul_s16.h"

void tc_cmsis_mul_s16(const struct tc_cmsis_mul_s16 *p, const int16_t *input1, const int16_t *input2, int16_t *output)
{
    (void)arm_elementwise_mul_s16(input1, input2, 0, 0, output, 0, p->multiplier, p->shift, p->min, p->max, p->count);
}
