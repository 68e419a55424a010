/* SPDX-License-Identifier: Apache-2.0 */
#include "arm_nnfunctions.h"
#include "tc_cmsis_add_s8.h"

void tc_cmsis_add_s8(const struct tc_cmsis_add_s8 *p, const int8_t *input1, const int8_t *input2, int8_t *output)
{
    (void)arm_elementwise_add_s8(input1, input2, -p->zero_point1, p->multiplier1, p->shift1, -p->zero_point2,
                                 p->multiplier2, p->shift2, 20, output, p->output_zero_point, p->multiplier, p->shift,
                                 p->min, p->max, p->count);
}
