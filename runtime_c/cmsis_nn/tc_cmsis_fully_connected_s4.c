/* SPDX-License-Identifier: Apache-2.0 */
#include "arm_nnfunctions.h"
#include "tc_cmsis_fully_connected_s4.h"

void tc_cmsis_fully_connected_s4(const struct tc_cmsis_fully_connected_s4 *p, const int8_t *input, int8_t *output)
{
    /* The bias has the input's zero point in it, so an offset of 0 is right. No buffer is used. */
    const cmsis_nn_context context = {NULL, 0};
    const cmsis_nn_fc_params params = {
        .input_offset = 0,
        .filter_offset = 0,
        .output_offset = p->output_zero_point,
        .activation = {p->min, p->max},
    };
    const cmsis_nn_per_tensor_quant_params factor = {p->multiplier, p->shift};
    const cmsis_nn_dims input_dims = {p->rows, 1, 1, p->input_n};
    const cmsis_nn_dims filter_dims = {p->input_n, 1, 1, p->output_n};
    const cmsis_nn_dims bias_dims = {1, 1, 1, p->output_n};
    const cmsis_nn_dims output_dims = {p->rows, 1, 1, p->output_n};
    (void)arm_fully_connected_s4(&context, &params, &factor, &input_dims, input, &filter_dims, p->weights, &bias_dims,
                                 p->bias, &output_dims, output);
}
