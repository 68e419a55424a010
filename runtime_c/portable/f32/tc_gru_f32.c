/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_gru_f32.h"
#include "tc_recurrent_f32.h"

/* Applies the function of number `which`, of `direction`, to `count` values. */
TC_CODE
static void activate(const struct tc_gru_f32 *p, int32_t direction, int which, float *values, int32_t count)
{
    const int32_t at = 2 * direction + which;
    tc_activate_f32((enum tc_gate_function)p->functions[at], p->alphas[at], p->betas[at], p->clip, values, count);
}

/* `gates` are z and r, then what is new. */
TC_CODE
static void step(const struct tc_gru_f32 *p, int32_t direction, const float *x, float *h, float *gates)
{
    const int32_t n = p->hidden_n, rows = direction * 3 * n;
    const float *biases = p->biases + direction * 4 * n;
    const float *weights = p->weights + rows * p->input_n;
    const float *recurrent = p->recurrent_weights + rows * n;
    float *fresh = gates + 2 * n, *product = gates + 3 * n, *reset = gates + 4 * n;
    tc_products_f32(biases, weights, x, p->input_n, gates, 3 * n);
    tc_products_f32(NULL, recurrent, h, n, gates, 2 * n);
    activate(p, direction, 0, gates, 2 * n);
    for (int32_t i = 0; i < n; i++) {
        reset[i] = p->reset_after ? h[i] : gates[n + i] * h[i];
    }
    tc_products_f32(biases + 3 * n, recurrent + 2 * n * n, reset, n, product, n);
    for (int32_t i = 0; i < n; i++) {
        fresh[i] += p->reset_after ? gates[n + i] * product[i] : product[i];
    }
    activate(p, direction, 1, fresh, n);
    for (int32_t i = 0; i < n; i++) {
        h[i] = (1.0f - gates[i]) * fresh[i] + gates[i] * h[i];
    }
}

void tc_gru_f32(const struct tc_gru_f32 *p, const float *input, const float *initial_h, float *output,
                 float *last_h, void *scratch)
{
    const int32_t n = p->hidden_n;
    float *h = scratch;
    float *gates = h + n;
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
                    step(p, direction, x + t * p->input_step, h, gates);
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
