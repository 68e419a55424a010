/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_GRU_S8_H
#define TC_GRU_S8_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_gru_s8 {
    int32_t steps, batch, directions;
    int32_t input_n, hidden_n;
    int32_t input_step, input_batch;                    /* from one step, one sequence to the next */
    int32_t output_step, output_batch, direction_step;  /* likewise; from one direction to the other */
    int32_t state_batch;                                /* of initial and last states */
    int8_t reverse;                                     /* the first direction begins at the end */
    int16_t hidden_zero_point;
    int8_t reset_after;                                 /* of the product with the state, which else is reset itself */
    int32_t hidden_multiplier, reset_multiplier;        /* of 15, of 30 fractional bits: to int8 */
    int8_t hidden_shift, reset_shift;
    const int32_t *lengths;           /* (batch), at most steps; beyond, the output is the zero point */
    const int8_t *weights;            /* (directions, 3 * hidden_n, input_n), gates z, r, h */
    const int8_t *recurrent_weights;  /* (directions, 3 * hidden_n, hidden_n) */
    const int32_t *biases;            /* (directions, 3 * hidden_n), minus the zero point times the weights' sum */
    const int32_t *recurrent_biases;  /* likewise */
    const int32_t *multipliers;       /* (directions, 2, 3): of products with inputs, then with states */
    const int8_t *shifts;             /* (directions, 2, 3) */
    const uint16_t *table;            /* (256) of sigmoid(i / 24), 16 fractional bits */
};
/* A gated recurrent unit over sequences, in one or both directions.
 * What it remembers has 15 fractional bits; int8 is what products and outputs see of that.
 * A state that is NULL begins with zeros; an output that is NULL is not wanted. */
TC_CODE void tc_gru_s8(const struct tc_gru_s8 *p, const int8_t *input, const int16_t *initial_s,
                int8_t *output, int8_t *last_h, int16_t *last_s, void *scratch);

#ifdef __cplusplus
}
#endif

#endif
