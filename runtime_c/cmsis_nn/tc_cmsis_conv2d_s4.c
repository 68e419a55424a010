/* SPDX-License-Identifier: Apache-2.0 */
#include "arm_nnfunctions.h"
#include "tc_cmsis_conv2d_s4.h"

void tc_cmsis_conv2d_s4(const struct tc_cmsis_conv2d_s4 *p, const int8_t *input, int8_t *output, void *scratch)
{
    const cmsis_nn_context context = {scratch, p->scratch_bytes};
    const cmsis_nn_conv_params params = {
        .input_offset = -p->input_zero_point,
        .output_offset = p->output_zero_point,
        .stride = {p->stride_w, p->stride_h},
        .padding = {p->pad_left, p->pad_top},
        .dilation = {p->dilation_w, p->dilation_h},
        .activation = {p->min, p->max},
    };
    /* CMSIS-NN only reads them. */
    const cmsis_nn_per_channel_quant_params factors = {(int32_t *)p->multipliers, (int32_t *)p->shifts};
    const cmsis_nn_dims input_dims = {1, p->input_h, p->input_w, p->input_c};
    const cmsis_nn_dims filter_dims = {p->output_c, p->kernel_h, p->kernel_w, p->input_c};
    const cmsis_nn_dims bias_dims = {1, 1, 1, p->output_c};
    const cmsis_nn_dims output_dims = {1, p->output_h, p->output_w, p->output_c};
    (void)arm_convolve_wrapper_s4(&context, &params, &factors, &input_dims, input, &filter_dims, p->weights, &bias_dims,
                                  p->bias, &output_dims, output);
}
