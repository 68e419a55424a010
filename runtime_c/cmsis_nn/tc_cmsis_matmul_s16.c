/* SPDX-License-Identifier: Apache-2.0 */
#include "arm_nnfunctions.h"
#include "tc_cmsis_matmul_s16.h"

TC_CODE
static void transpose(const int16_t *in, int16_t *out, int32_t rows, int32_t columns)
{
    for (int32_t column = 0; column < columns; column++) {
        for (int32_t row = 0; row < rows; row++) {
            *out++ = in[row * columns + column];
        }
    }
}

void tc_cmsis_matmul_s16(const struct tc_cmsis_matmul_s16 *p, const int16_t *a, const int16_t *b, int16_t *output,
                         void *scratch)
{
    const cmsis_nn_context context = {NULL, 0};
    const cmsis_nn_bmm_params params = {.adj_y = true, .fc_params = {.activation = {p->min, p->max}}};
    const cmsis_nn_per_tensor_quant_params factor = {p->multiplier, p->shift};
    const cmsis_nn_dims a_dims = {1, 1, p->rows, p->depth};
    const cmsis_nn_dims b_dims = {1, 1, p->columns, p->depth};
    const cmsis_nn_dims output_dims = {1, 1, p->rows, p->columns};
    for (int32_t batch = 0; batch < p->batches; batch++) {
        const int16_t *matrix = b + batch * p->b_step;
        if (!p->b_transposed) {
            if (batch == 0 || p->b_step > 0) {
                transpose(matrix, scratch, p->depth, p->columns);
            }
            matrix = scratch;
        }
        (void)arm_batch_matmul_s16(&context, &params, &factor, &a_dims, a + batch * p->a_step, &b_dims, matrix,
                                   &output_dims, output);
        output += p->rows * p->columns;
    }
}
