/* SPDX-License-Identifier: Apache-2.0 */
#include "arm_nnfunctions.h"
#include "tc_cmsis_matmul_s8.h"

TC_CODE
static void transpose(const int8_t *in, int8_t *out, int32_t rows, int32_t columns)
{
    for (int32_t column = 0; column < columns; column++) {
        for (int32_t row = 0; row < rows; row++) {
            *out++ = in[row * columns + column];
        }
    }
}

void tc_cmsis_matmul_s8(const struct tc_cmsis_matmul_s8 *p, const int8_t *a, const int8_t *b, int8_t *output,
                        void *scratch)
{
    const int32_t copied = p->b_transposed ? 0 : p->depth * p->columns;
    const int32_t sum_bytes = p->scratch_bytes - copied; /* MVE code keeps the sums of b's columns here */
    const cmsis_nn_context context = {scratch, sum_bytes};
    const cmsis_nn_bmm_params params = {
        .adj_y = true,
        .fc_params = {-p->a_zero_point, -p->b_zero_point, p->output_zero_point, {p->min, p->max}},
    };
    const cmsis_nn_per_tensor_quant_params factor = {p->multiplier, p->shift};
    const cmsis_nn_dims a_dims = {1, 1, p->rows, p->depth};
    const cmsis_nn_dims b_dims = {1, 1, p->columns, p->depth};
    const cmsis_nn_dims output_dims = {1, 1, p->rows, p->columns};
    for (int32_t batch = 0; batch < p->batches; batch++) {
        const int8_t *matrix = b + batch * p->b_step;
        if (copied > 0) {
            int8_t *copy = (int8_t *)scratch + sum_bytes;
            if (batch == 0 || p->b_step > 0) {
                transpose(matrix, copy, p->depth, p->columns);
            }
            matrix = copy;
        }
        (void)arm_batch_matmul_s8(&context, &params, &factor, &a_dims, a + batch * p->a_step, &b_dims, matrix,
                                  &output_dims, output);
        output += p->rows * p->columns;
    }
}
