/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tc_dot.h"
#include "tc_gru_s8.h"
#include "tc_requantize.h"
#include "tc_sigmoid.h"

#define ARGUMENT 3 /* of 12 fractional bits, as gates are applied to, to steps of 1 / (24 * 2^9) */

TC_CODE
static int16_t saturated(int32_t x)
{
    return (int16_t)tc_clamp(x, INT16_MIN, INT16_MAX);
}

/* sums (count) = biases + weights * x, requantised; with `add` in addition to what they are. */
TC_CODE
static void sums_of(const int8_t *x, int32_t n, const int8_t *weights, const int32_t *biases,
                    int32_t multiplier, int shift, int add, int16_t *sums, int32_t count)
{
    for (int32_t row = 0; row < count; row += 4) {
        int32_t products[4];
        const int32_t rows = count - row < 4 ? count - row : 4;
        tc_dots_s8(x, weights + row * n, n, rows, products);
        for (int32_t i = row; i < row + rows; i++) {
            const int32_t product = biases[i] + products[i - row];
            const int32_t sum = saturated(tc_requantize(product, multiplier, shift));
            sums[i] = saturated(add ? sums[i] + sum : sum);
        }
    }
}

TC_CODE
static void logistic(const uint16_t *table, int16_t *values, int32_t count)
{
    for (int32_t i = 0; i < count; i++) {
        values[i] = tc_logistic(table, values[i] * ARGUMENT);
    }
}

TC_CODE
static void tanh_of(const uint16_t *table, int16_t *values, int32_t count)
{
    for (int32_t i = 0; i < count; i++) {
        values[i] = tc_tanh(table, values[i] * ARGUMENT);
    }
}

/* What products and outputs see of the state s. */
TC_CODE
static void show(const struct tc_gru_s8 *p, const int16_t *s, int8_t *h)
{
    for (int32_t i = 0; i < p->hidden_n; i++) {
        const int32_t shown = tc_requantize(s[i], p->hidden_multiplier, p->hidden_shift);
        h[i] = (int8_t)tc_clamp(shown + p->hidden_zero_point, INT8_MIN, INT8_MAX);
    }
}

/* The state before the first step, as it is given or zeros. */
TC_CODE
static void begin(const struct tc_gru_s8 *p, const int16_t *initial_s, int32_t at, int8_t *h, int16_t *s)
{
    for (int32_t i = 0; i < p->hidden_n; i++) {
        s[i] = (int16_t)(initial_s != NULL ? initial_s[at + i] : 0);
    }
    show(p, s, h);
}

/* The product of x, or of states, with the weights of one gate. */
TC_CODE
static void products(const struct tc_gru_s8 *p, int32_t direction, int gate, const int8_t *x, const int8_t *h,
                     int add, int16_t *sums)
{
    const int32_t n = p->hidden_n, row = (direction * 3 + gate) * n, at = direction * 6 + gate;
    if (x != NULL) {
        sums_of(x, p->input_n, p->weights + row * p->input_n, p->biases + row, p->multipliers[at],
                   p->shifts[at], add, sums, n);
    }
    if (h != NULL) {
        sums_of(h, n, p->recurrent_weights + row * n, p->recurrent_biases + row, p->multipliers[at + 3],
                   p->shifts[at + 3], add || x, sums, n);
    }
}

TC_CODE
static void step(const struct tc_gru_s8 *p, int32_t direction, const int8_t *x, int8_t *h, int16_t *s,
                 int16_t *gates, int8_t *reset)
{
    const int32_t n = p->hidden_n;
    int16_t *z = gates, *r = gates + n, *fresh = gates + 2 * n;
    products(p, direction, 0, x, h, 0, z);
    products(p, direction, 1, x, h, 0, r);
    logistic(p->table, gates, 2 * n);
    if (p->reset_after != 0) {
        products(p, direction, 2, NULL, h, 0, fresh);
        for (int32_t i = 0; i < n; i++) {
            fresh[i] = (int16_t)((r[i] * fresh[i] + (1 << 14)) >> 15);
        }
        products(p, direction, 2, x, NULL, 1, fresh);
    } else {
        for (int32_t i = 0; i < n; i++) {
            const int32_t left = tc_requantize(r[i] * s[i], p->reset_multiplier, p->reset_shift);
            reset[i] = (int8_t)tc_clamp(left + p->hidden_zero_point, INT8_MIN, INT8_MAX);
        }
        products(p, direction, 2, x, reset, 0, fresh);
    }
    tanh_of(p->table, fresh, n);
    for (int32_t i = 0; i < n; i++) {
        const int32_t mixed = ((1 << 15) - z[i]) * fresh[i] + z[i] * s[i]; /* at most 2^30 */
        s[i] = saturated((mixed + (1 << 14)) >> 15);
    }
    show(p, s, h);
}

void tc_gru_s8(const struct tc_gru_s8 *p, const int8_t *input, const int16_t *initial_s,
                int8_t *output, int8_t *last_h, int16_t *last_s, void *scratch)
{
    const int32_t n = p->hidden_n;
    int16_t *s = scratch, *gates = s + n;
    int8_t *h = (int8_t *)(gates + 3 * n), *reset = h + n;
    for (int32_t direction = 0; direction < p->directions; direction++) {
        for (int32_t sequence = 0; sequence < p->batch; sequence++) {
            const int32_t state = direction * p->direction_step + sequence * p->state_batch;
            const int8_t *x = input + sequence * p->input_batch;
            int8_t *y = output ? output + direction * p->direction_step + sequence * p->output_batch : NULL;
            const int32_t length = p->lengths[sequence];
            begin(p, initial_s, state, h, s);
            for (int32_t i = 0; i < length; i++) {
                const int32_t t = p->reverse || direction ? length - 1 - i : i;
                step(p, direction, x + t * p->input_step, h, s, gates, reset);
                if (y != NULL) {
                    memcpy(y + t * p->output_step, h, (size_t)n);
                }
            }
            for (int32_t t = length; y && t < p->steps; t++) {
                memset(y + t * p->output_step, p->hidden_zero_point, (size_t)n);
            }
            if (last_h != NULL) {
                memcpy(last_h + state, h, (size_t)n);
            }
            if (last_s != NULL) {
                memcpy(last_s + state, s, (size_t)n * sizeof *s);
            }
        }
    }
}
