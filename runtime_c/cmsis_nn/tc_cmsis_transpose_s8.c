/* SPDX-License-Identifier: Apache-2.0 */
#include "arm_nnfunctions.h"
#include "tc_cmsis_transpose_s8.h"

void tc_cmsis_transpose_s8(const struct tc_cmsis_transpose_s8 *p, const void *input, void *output)
{
    const int32_t *shape = p->shape;
    const uint8_t *axes = p->axes;
    const uint32_t permutation[4] = {axes[0], axes[1], axes[2], axes[3]};
    const cmsis_nn_transpose_params params = {p->dimensions, permutation};
    const cmsis_nn_dims input_dims = {shape[0], shape[1], shape[2], shape[3]};
    const cmsis_nn_dims output_dims = {shape[axes[0]], shape[axes[1]], shape[axes[2]], shape[axes[3]]};
    (void)arm_transpose_s8(input, output, &input_dims, &output_dims, &params);
}
