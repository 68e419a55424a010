/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_DSP_LSTM_S8_H
#define TC_DSP_LSTM_S8_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_dsp_lstm_s8 {
    int32_t steps, batch;
    int32_t input_n, hidden_n;
    int32_t input_step, input_batch;   /* from one step, from one sequence to the next */
    int32_t output_step, output_batch; /* likewise */
    int16_t output_zero_point;         /* and that of h */
    int16_t cell_min, cell_max;
    int8_t reverse;                        /* begins with the last step */
    int8_t shifts[4], recurrent_shifts[4]; /* of gates i, o, f, c */
    int8_t cell_shift, output_shift, tanh_shift;
    int32_t multipliers[4], recurrent_multipliers[4];
    int32_t cell_multiplier, output_multiplier;
    int32_t tanh_multiplier;         /* c * multiplier / 2^shift counts steps of 1 / (24 * 2^9) */
    const int8_t *weights;           /* (4, hidden_n, input_n), gates i, o, f, c */
    const int8_t *recurrent_weights; /* (4, hidden_n, hidden_n) */
    const int32_t *biases;          /* (4, hidden_n), minus the input's zero point times the sum of the weights */
    const int32_t *recurrent_biases; /* (4, hidden_n), minus that of h times the sum of the recurrent weights */
    const uint16_t *table;           /* (256) of sigmoid(i / 24), 16 fractional bits */
};
/* A long short-term memory over sequences: h is int8, c int16 in steps of a power of two. An initial state that is
 * NULL is 0, an output that is NULL is not wanted; last states may be written over the initial ones. Scratch is
 * for 4 * hidden_n gates and c, int16, and h. */
TC_CODE void tc_dsp_lstm_s8(const struct tc_dsp_lstm_s8 *p, const int8_t *input, const int8_t *initial_h,
                const int16_t *initial_c, int8_t *output, int8_t *last_h, int16_t *last_c, void *scratch);

#ifdef __cplusplus
}
#endif

#endif
