/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_arithmetic.h"
#include "tc_arithmetic_constant_f32.h"

void tc_arithmetic_constant_f32(const struct tc_arithmetic_constant_f32 *p, const float *input, float *output)
{
    const float *first = p->constant_first ? p->constant : input;
    const float *second = p->constant_first ? input : p->constant;
    tc_walk_f32((enum tc_operation)p->operation, p->shape, p->steps1, p->steps2, first, second, output);
}
