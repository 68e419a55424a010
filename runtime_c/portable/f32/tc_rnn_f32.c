/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_recurrent_f32.h"
#include "tc_rnn_f32.h"

TC_CODE
static void step(const struct tc_rnn_f32 *p, int32_t direction, const float *x, float *h, float *sums)
{
    const int32_t n = p->hidden_n, rows = direction * n;
    tc_products_f32(p->biases + rows, p->weights + rows * p->input_n, x, p->input_n, sums, n);
    tc_products_f32(NULL, p->recurrent_weights + rows * n, h, n, sums, n);
    memcpy(h, sums, (size_t)n * sizeof *h);
    tc_activate_f32((enum tc_gate_function)p->functions[direction], p->alphas[direction], p->betas[direction],
                    p->clip, h, n);
}

void tc_rnn_f32(const struct tc_rnn_f32 *p, const float *input, const float *initial_h, float *output,
                 float *last_h, void *scratch)
{
    const int32_t n = p->hidden_n;
    float *h = scratch;
    float *sums = h + n;
    for (int32_t direction = 0; direction < p->directions; direction++) {
        for (int32_t sequence = 0; sequence < p->batch; sequence++) {
            const int32_t state = direction * p->direction_step + sequence * p->state_batch;
            const float *x = input + sequence * p->input_batch;
            float *y = output ? output + direction * p->direction_step + sequence * p->output_batch : NULL;
            tc_begin_f32(h, initial_h, state, n);
            for (int32_t i = 0; i < p->steps; i++) {
                const int32_t length = p->lengths[sequence];
                const int32_t t = i < length && (p->reverse || direction) ? length - 1 - i : i;
                if (i < length) {
                    step(p, direction, x + t * p->input_step, h, sums);
                    tc_leave_f32(y, t * p->output_step, h, n);
                } else if (y != NULL) {
                    tc_begin_f32(y + t * p->output_step, NULL, 0, n);
                } else {
                    /* nobody reads what is made of padding */
                }
            }
            tc_leave_f32(last_h, state, h, n);
        }
    }
}
