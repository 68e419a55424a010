/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_lstm_f32.h"
#include "tc_recurrent_f32.h"

/* Applies the function of number `which`, of `direction`, to as many values as a state has. */
TC_CODE
static void activate(const struct tc_lstm_f32 *p, int32_t direction, int which, float clip, float *values)
{
    const int32_t at = 3 * direction + which;
    tc_activate_f32((enum tc_gate_function)p->functions[at], p->alphas[at], p->betas[at], clip, values, p->hidden_n);
}

/* Adds what a gate sees of the cells, if there are peepholes. */
TC_CODE
static void look(const float *peepholes, const float *c, float *gate, int32_t count)
{
    for (int32_t i = 0; peepholes && i < count; i++) {
        gate[i] += peepholes[i] * c[i];
    }
}

TC_CODE
static void step(const struct tc_lstm_f32 *p, int32_t direction, const float *x, float *h, float *c, float *gates)
{
    const int32_t n = p->hidden_n, rows = direction * 4 * n;
    const float *peepholes = p->peepholes ? p->peepholes + direction * 3 * n : NULL;
    float *entry = gates, *leave = gates + n, *forget = gates + 2 * n, *fresh = gates + 3 * n;
    tc_products_f32(p->biases + rows, p->weights + rows * p->input_n, x, p->input_n, gates, 4 * n);
    tc_products_f32(NULL, p->recurrent_weights + rows * n, h, n, gates, 4 * n);
    look(peepholes, c, entry, n);
    look(peepholes ? peepholes + 2 * n : NULL, c, forget, n);
    activate(p, direction, 0, p->clip, entry);
    activate(p, direction, 0, p->clip, forget);
    activate(p, direction, 1, p->clip, fresh);
    for (int32_t i = 0; i < n; i++) {
        const float cell = (p->coupled ? 1.0f - entry[i] : forget[i]) * c[i] + entry[i] * fresh[i];
        c[i] = tc_clamp_f32(cell, -p->cell_clip, p->cell_clip);
        h[i] = c[i];
    }
    look(peepholes ? peepholes + n : NULL, c, leave, n);
    activate(p, direction, 0, p->clip, leave);
    activate(p, direction, 2, INFINITY, h);
    for (int32_t i = 0; i < n; i++) {
        h[i] *= leave[i];
    }
}

void tc_lstm_f32(const struct tc_lstm_f32 *p, const float *input, const float *initial_h, const float *initial_c, float *output,
                 float *last_h, float *last_c, void *scratch)
{
    const int32_t n = p->hidden_n;
    float *h = scratch;
    float *c = h + n, *gates = c + n;
    for (int32_t direction = 0; direction < p->directions; direction++) {
        for (int32_t sequence = 0; sequence < p->batch; sequence++) {
            const int32_t state = direction * p->direction_step + sequence * p->state_batch;
            const float *x = input + sequence * p->input_batch;
            float *y = output ? output + direction * p->direction_step + sequence * p->output_batch : NULL;
            tc_begin_f32(h, initial_h, state, n);
            tc_begin_f32(c, initial_c, state, n);
            for (int32_t i = 0; i < p->steps; i++) {
                const int32_t length = p->lengths[sequence];
                const int32_t t = i < length && (p->reverse || direction) ? length - 1 - i : i;
                if (i < length) {
                    step(p, direction, x + t * p->input_step, h, c, gates);
                    tc_leave_f32(y, t * p->output_step, h, n);
                } else if (y != NULL) {
                    tc_begin_f32(y + t * p->output_step, NULL, 0, n);
                } else {
                    /* nobody reads what is made of padding */
                }
            }
            tc_leave_f32(last_h, state, h, n);
            tc_leave_f32(last_c, state, c, n);
        }
    }
}
