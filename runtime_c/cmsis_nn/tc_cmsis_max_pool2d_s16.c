/* SPDX-License-Identifier: Apache-2.0 */
#include "arm_nnfunctions.h"
#include "tc_cmsis_max_pool2d_s16.h"

void tc_cmsis_max_pool2d_s16(const struct tc_cmsis_max_pool2d_s16 *p, const int16_t *input, int16_t *output)
{
    const cmsis_nn_context context = {NULL, 0};
    const cmsis_nn_pool_params params = {
        .stride = {p->stride_w, p->stride_h},
        .padding = {p->pad_left, p->pad_top},
        .activation = {p->min, p->max},
    };
    const cmsis_nn_dims input_dims = {1, p->input_h, p->input_w, p->channels};
    const cmsis_nn_dims filter_dims = {1, p->kernel_h, p->kernel_w, 1};
    const cmsis_nn_dims output_dims = {1, p->output_h, p->output_w, p->channels};
    (void)arm_max_pool_s16(&context, &params, &input_dims, input, &filter_dims, &output_dims, output);
}
