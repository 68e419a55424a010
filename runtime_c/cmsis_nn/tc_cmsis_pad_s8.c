/* SPDX-License-Identifier: Apache-2.0 */
#include "arm_nnfunctions.h"
#include "tc_cmsis_pad_s8.h"

void tc_cmsis_pad_s8(const struct tc_cmsis_pad_s8 *p, const void *input, void *output)
{
    const cmsis_nn_dims shape = {p->shape[0], p->shape[1], p->shape[2], p->shape[3]};
    const cmsis_nn_dims before = {p->before[0], p->before[1], p->before[2], p->before[3]};
    const cmsis_nn_dims after = {p->after[0], p->after[1], p->after[2], p->after[3]};
    (void)arm_pad_s8(input, output, p->value, &shape, &before, &after);
}
