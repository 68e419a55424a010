/* SPDX-License-Identifier: Apache-2.0 */
#include "arm_nnfunctions.h"
#include "tc_cmsis_avg_pool2d_s8.h"

void tc_cmsis_avg_pool2d_s8(const struct tc_cmsis_avg_pool2d_s8 *p, const int8_t *input, int8_t *output,
                            void *scratch)
{
    const cmsis_nn_context context = {scratch, p->scratch_bytes};
    const cmsis_nn_pool_params params = {
        .stride = {p->stride_w, p->stride_h},
        .padding = {p->pad_left, p->pad_top},
        .activation = {p->min, p->max},
    };
    const cmsis_nn_dims input_dims = {1, p->input_h, p->input_w, p->channels};
    const cmsis_nn_dims filter_dims = {1, p->kernel_h, p->kernel_w, 1};
    const cmsis_nn_dims output_dims = {1, p->output_h, p->output_w, p->channels};
    (void)arm_avgpool_s8(&context, &params, &input_dims, input, &filter_dims, &output_dims, output);
}
