/* SPDX-License-Identifier: Apache-2.0 */
#include "arm_nnfunctions.h"
#include "tc_cmsis_svdf_state_s16_s8.h"

void tc_cmsis_svdf_state_s16_s8(const struct tc_cmsis_svdf_state_s16_s8 *p, const int8_t *input, int16_t *state,
                                int8_t *output, void *scratch)
{
    const int32_t filters = p->units * p->rank;
    const cmsis_nn_context memories = {scratch, filters * (int32_t)sizeof(int32_t)};
    const cmsis_nn_context totals = {(int32_t *)scratch + filters, p->units * (int32_t)sizeof(int32_t)};
    const cmsis_nn_svdf_params params = {
        .rank = p->rank,
        .input_offset = p->input_zero_point,
        .output_offset = p->output_zero_point,
        .input_activation = {INT16_MIN, INT16_MAX},
        .output_activation = {p->min, p->max},
    };
    const cmsis_nn_per_tensor_quant_params feature_factor = {p->feature_multiplier, p->feature_shift};
    const cmsis_nn_per_tensor_quant_params factor = {p->multiplier, p->shift};
    const cmsis_nn_dims input_dims = {1, p->inputs, 1, 1};
    const cmsis_nn_dims state_dims = {1, p->memory * filters, 1, 1};
    const cmsis_nn_dims feature_dims = {filters, p->inputs, 1, 1};
    const cmsis_nn_dims time_dims = {filters, p->memory, 1, 1};
    const cmsis_nn_dims bias_dims = {p->units, 1, 1, 1};
    const cmsis_nn_dims output_dims = {1, p->units, 1, 1};
    (void)arm_svdf_state_s16_s8(&memories, &totals, &params, &feature_factor, &factor, &input_dims, input, &state_dims,
                      state, &feature_dims, p->feature_weights, &time_dims, p->time_weights, &bias_dims, p->bias,
                      &output_dims, output);
}
