/* SPDX-License-Identifier: Apache-2.0 */
#include "arm_nnfunctions.h"
#include "tc_cmsis_fully_connected_channels_s8.h"

void tc_cmsis_fully_connected_channels_s8(const struct tc_cmsis_fully_connected_channels_s8 *p, const int8_t *input,
                                          int8_t *output)
{
    /* Bias and buffer as in tc_cmsis_fully_connected_s8. */
    const cmsis_nn_context context = {(int32_t *)p->bias, p->output_n * (int32_t)sizeof(int32_t)};
    const cmsis_nn_fc_params params = {
        .input_offset = 0,
        .filter_offset = 0,
        .output_offset = p->output_zero_point,
        .activation = {p->min, p->max},
    };
    /* CMSIS-NN only reads them. */
    const cmsis_nn_per_channel_quant_params factors = {(int32_t *)p->multipliers, (int32_t *)p->shifts};
    const cmsis_nn_dims input_dims = {p->rows, 1, 1, p->input_n};
    const cmsis_nn_dims filter_dims = {p->input_n, 1, 1, p->output_n};
    const cmsis_nn_dims bias_dims = {1, 1, 1, p->output_n};
    const cmsis_nn_dims output_dims = {p->rows, 1, 1, p->output_n};
    (void)arm_fully_connected_per_channel_s8(&context, &params, &factors, &input_dims, input, &filter_dims, p->weights,
                                             &bias_dims, p->bias, &output_dims, output);
}
