/* SPDX-License-Identifier: Apache-2.0 */
/* The LSTM of integers for one type of activations: tc_lstm_s8.c and tc_lstm_s16.c. Private to them. */
#ifndef TC_LSTM_H
#define TC_LSTM_H

#include <string.h>

#include "tc_requantize.h"
#include "tc_sigmoid.h"

static inline int32_t tc_saturate_s16(int32_t x)
{
    return tc_clamp(x, INT16_MIN, INT16_MAX);
}

/* Defines NAME for activations of type T. GATES makes the gates i, o, f, c of all units, of 15 fractional bits, from x and
 * h; UPDATE makes the next h and c of them. BEFORE the gates scratch has so many int16 of their own, of n units. */
#define TC_LSTM_OF_GATES(NAME, T, BEFORE, GATES, UPDATE)                                                             \
    void NAME(const struct NAME *p, const T *input, const T *initial_h, const int16_t *initial_c, T *output,         \
              T *last_h, int16_t *last_c, void *scratch)                                                             \
    {                                                                                                                \
        const int32_t n = p->hidden_n;                                                                               \
        int16_t *gates = (int16_t *)scratch + (BEFORE), *c = gates + 4 * n;                                          \
        T *h = (T *)(c + n);                                                                                         \
        for (int32_t sequence = 0; sequence < p->batch; sequence++) {                                                \
            for (int32_t i = 0; i < n; i++) {                                                                        \
                h[i] = initial_h ? initial_h[sequence * n + i] : (T)p->output_zero_point;                            \
                c[i] = initial_c ? initial_c[sequence * n + i] : 0;                                                  \
            }                                                                                                        \
            for (int32_t i = 0; i < p->steps; i++) {                                                                 \
                const int32_t t = p->reverse ? p->steps - 1 - i : i;                                                 \
                GATES(p, input + sequence * p->input_batch + t * p->input_step, h, gates);                           \
                UPDATE(p, gates, h, c);                                                                              \
                if (output) {                                                                                        \
                    memcpy(output + sequence * p->output_batch + t * p->output_step, h, (size_t)n * sizeof(T));      \
                }                                                                                                    \
            }                                                                                                        \
            if (last_h != NULL) {                                                                                    \
                memcpy(last_h + sequence * n, h, (size_t)n * sizeof(T));                                             \
            }                                                                                                        \
            if (last_c) {                                                                                            \
                memcpy(last_c + sequence * n, c, (size_t)n * sizeof(int16_t));                                       \
            }                                                                                                        \
        }                                                                                                            \
    }

/* The same for a core without vectors, T from LOW to HIGH. DOTS are up to 4 rows of weights times a vector, of
 * type SUM; LEAVE adds a bias and requantises to 12 fractional bits, saturated. */
#define TC_LSTM(NAME, T, LOW, HIGH, SUM, DOTS, LEAVE)                                                                \
    /* The gates i, o, f, c of all units, 15 fractional bits: both products saturate, and so does their sum. */      \
    static void NAME##_gates(const struct NAME *p, const T *x, const T *h, int16_t *gates)                           \
    {                                                                                                                \
        const int32_t n = p->hidden_n;                                                                               \
        for (int32_t gate = 0; gate < 4; gate++) {                                                                   \
            for (int32_t unit = 0; unit < n; unit += 4) {                                                            \
                SUM of_x[4], of_h[4];                                                                                \
                const int32_t first = gate * n + unit, rows = n - unit < 4 ? n - unit : 4;                           \
                DOTS(x, p->weights + first * p->input_n, p->input_n, rows, of_x);                                    \
                DOTS(h, p->recurrent_weights + first * n, n, rows, of_h);                                            \
                for (int32_t i = 0, row = first; i < rows; i++, row++) {                                             \
                    const int32_t sum = LEAVE(of_x[i], p->biases[row], p->multipliers[gate], p->shifts[gate]) +      \
                                        LEAVE(of_h[i], p->recurrent_biases[row], p->recurrent_multipliers[gate],     \
                                              p->recurrent_shifts[gate]);                                            \
                    const int32_t argument = 3 * tc_saturate_s16(sum); /* in steps of 1 / (24 * 2^9) */              \
                    gates[row] = gate == 3 ? tc_tanh(p->table, argument) : tc_logistic(p->table, argument);          \
                }                                                                                                    \
            }                                                                                                        \
        }                                                                                                            \
    }                                                                                                                \
                                                                                                                     \
    /* c = f * c + i * g; h = tanh(c) * o. */                                                                        \
    static void NAME##_update(const struct NAME *p, const int16_t *gates, T *h, int16_t *c)                          \
    {                                                                                                                \
        const int32_t n = p->hidden_n;                                                                               \
        for (int32_t i = 0; i < n; i++) {                                                                            \
            const int32_t kept = tc_requantize(gates[2 * n + i] * c[i], (int32_t)1 << 30, -14);                      \
            const int32_t entered = tc_requantize(gates[i] * gates[3 * n + i], p->cell_multiplier, p->cell_shift);   \
            c[i] = (int16_t)tc_clamp(kept + tc_saturate_s16(entered), p->cell_min, p->cell_max);                     \
            const int32_t seen = tc_tanh(p->table, tc_sigmoid_argument(c[i], p->tanh_multiplier, p->tanh_shift));    \
            const int32_t out = tc_requantize(seen * gates[n + i], p->output_multiplier, p->output_shift);           \
            h[i] = (T)tc_clamp(out + p->output_zero_point, LOW, HIGH);                                               \
        }                                                                                                            \
    }                                                                                                                \
                                                                                                                     \
    TC_LSTM_OF_GATES(NAME, T, 0, NAME##_gates, NAME##_update)

#endif
