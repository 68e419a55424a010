/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters of the LSTMs of integers, whose biases are of the type SUM: int32_t, or int64_t and then
 * multipliers of gates have 15 fraction bits. */
#ifndef TC_LSTM_FIELDS_H
#define TC_LSTM_FIELDS_H

#include <stdint.h>

#define TC_LSTM_FIELDS(SUM)                                                                                         \
    int32_t steps, batch;                                                                                           \
    int32_t input_n, hidden_n;                                                                                      \
    int32_t input_step, input_batch;       /* from one step, from one sequence to the next */                       \
    int32_t output_step, output_batch;     /* likewise */                                                           \
    int16_t output_zero_point;             /* and that of h */                                                      \
    int16_t cell_min, cell_max;                                                                                     \
    int8_t reverse;                        /* begins with the last step */                                          \
    int8_t shifts[4], recurrent_shifts[4]; /* of gates i, o, f, c */                                                \
    int8_t cell_shift, output_shift, tanh_shift;                                                                    \
    int32_t multipliers[4], recurrent_multipliers[4];                                                               \
    int32_t cell_multiplier, output_multiplier;                                                                     \
    int32_t tanh_multiplier;         /* c * multiplier / 2^shift counts steps of 1 / (24 * 2^9) */                  \
    const int8_t *weights;           /* (4, hidden_n, input_n), gates i, o, f, c */                                 \
    const int8_t *recurrent_weights; /* (4, hidden_n, hidden_n) */                                                  \
    const SUM *biases;               /* (4, hidden_n), minus the input's zero point times the sum of the weights */ \
    const SUM *recurrent_biases;     /* (4, hidden_n), minus that of h times the sum of the recurrent weights */    \
    const uint16_t *table;           /* (256) of sigmoid(i / 24), 16 fractional bits */

#endif
