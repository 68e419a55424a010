/* SPDX-License-Identifier: Apache-2.0 */
#include "arm_nnfunctions.h"
#include "tc_cmsis_transpose_conv2d_s8.h"

void tc_cmsis_transpose_conv2d_s8(const struct tc_cmsis_transpose_conv2d_s8 *p, const int8_t *input, int8_t *output,
                                  void *scratch)
{
    /* From version 7 on the first buffer is all, and the second is not looked at. */
    const cmsis_nn_context sums = {scratch, p->sum_bytes};
    const cmsis_nn_context image = {(int8_t *)scratch + p->sum_bytes, p->image_bytes};
    const cmsis_nn_transpose_conv_params params = {
        .input_offset = -p->input_zero_point,
        .output_offset = p->output_zero_point,
        .stride = {p->stride_w, p->stride_h},
        .padding = {p->pad_left, p->pad_top},
        .padding_offsets = {p->rest_w, p->rest_h},
        .dilation = {1, 1},
        .activation = {p->min, p->max},
    };
    /* CMSIS-NN only reads them. */
    const cmsis_nn_per_channel_quant_params factors = {(int32_t *)p->multipliers, (int32_t *)p->shifts};
    const cmsis_nn_dims input_dims = {1, p->input_h, p->input_w, p->input_c};
    const cmsis_nn_dims filter_dims = {p->output_c, p->kernel_h, p->kernel_w, p->input_c};
    const cmsis_nn_dims bias_dims = {1, 1, 1, p->output_c};
    const cmsis_nn_dims output_dims = {1, p->output_h, p->output_w, p->output_c};
    (void)arm_transpose_conv_s8(&sums, &image, &params, &factors, &input_dims, input, &filter_dims, p->weights,
                                &bias_dims, p->bias, &output_dims, output);
}
