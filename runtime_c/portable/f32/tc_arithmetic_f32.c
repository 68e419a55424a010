/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_arithmetic.h"
#include "tc_arithmetic_f32.h"

void tc_arithmetic_f32(const struct tc_arithmetic_f32 *p, const float *input1, const float *input2,
                       float *output)
{
    tc_walk_f32((enum tc_operation)p->operation, p->shape, p->steps1, p->steps2, input1, input2, output);
}
