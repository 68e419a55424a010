/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_GRU_F32_H
#define TC_GRU_F32_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_gru_f32 {
    int32_t steps, batch, directions;
    int32_t input_n, hidden_n;
    int32_t input_step, input_batch;                    /* from one step, one sequence to the next */
    int32_t output_step, output_batch, direction_step;  /* likewise; from one direction to the other */
    int32_t state_batch;                                /* of initial and last states */
    int8_t reverse;                                     /* the first direction begins at the end */
    int8_t reset_after;                                 /* of the product with the state, which else is reset itself */
    float clip;                                         /* of what gates are applied to */
    int8_t functions[4];                               /* two: of gates and output, of each direction */
    float alphas[4], betas[4];
    const int32_t *lengths;         /* (batch), at most steps; beyond, the output is 0 */
    const float *weights;           /* (directions, 3 * hidden_n, input_n), gates z, r, h */
    const float *recurrent_weights; /* (directions, 3 * hidden_n, hidden_n) */
    const float *biases;            /* (directions, 4 * hidden_n), the last inside the reset */
};
/* A gated recurrent unit over sequences, in one or both directions.
 * A state that is NULL begins with zeros; an output that is NULL is not wanted. */
TC_CODE void tc_gru_f32(const struct tc_gru_f32 *p, const float *input, const float *initial_h, float *output,
                 float *last_h, void *scratch);

#ifdef __cplusplus
}
#endif

#endif
