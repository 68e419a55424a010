/* SPDX-License-Identifier: Apache-2.0 */
#include "arm_nnfunctions.h"
#include "tc_cmsis_min_max_s8.h"

void tc_cmsis_min_max_s8(const struct tc_cmsis_min_max_s8 *p, const int8_t *input1, const int8_t *input2,
                         int8_t *output)
{
    const cmsis_nn_context context = {NULL, 0};
    const cmsis_nn_dims dims = {1, 1, 1, p->count};
    if (p->maximum) {
        (void)arm_maximum_s8(&context, input1, &dims, input2, &dims, output, &dims);
    } else {
        (void)arm_minimum_s8(&context, input1, &dims, input2, &dims, output, &dims);
    }
}
