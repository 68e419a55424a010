/* SPDX-License-Identifier: Apache-2.0 */
/* What the recurrent kernels in float share. Private to them. */
#ifndef TC_RECURRENT_F32_H
#define TC_RECURRENT_F32_H

#include <math.h>
#include <string.h>

#include "tc_float.h"
#include "tinycompile.h"

/* In the order of FUNCTIONS in tinycompile/kernels/shared/recurrent.py. */
enum tc_gate_function {
    TC_GATE_AFFINE,
    TC_GATE_RELU,
    TC_GATE_LEAKY_RELU,
    TC_GATE_THRESHOLDED_RELU,
    TC_GATE_TANH,
    TC_GATE_SCALED_TANH,
    TC_GATE_SIGMOID,
    TC_GATE_HARD_SIGMOID,
    TC_GATE_ELU,
    TC_GATE_SOFTSIGN,
    TC_GATE_SOFTPLUS
};

TC_CODE
static float tc_gate_f32(enum tc_gate_function function, float alpha, float beta, float x)
{
    switch (function) {
    case TC_GATE_AFFINE:
        return alpha * x + beta;
    case TC_GATE_RELU:
        return x < 0.0f ? 0.0f : x;
    case TC_GATE_LEAKY_RELU:
        return x < 0.0f ? alpha * x : x;
    case TC_GATE_THRESHOLDED_RELU:
        return x > alpha ? x : 0.0f;
    case TC_GATE_SCALED_TANH:
        return alpha * tanhf(beta * x);
    case TC_GATE_SIGMOID:
        return 1.0f / (1.0f + expf(-x));
    case TC_GATE_HARD_SIGMOID:
        return tc_clamp_f32(alpha * x + beta, 0.0f, 1.0f);
    case TC_GATE_ELU:
        return x < 0.0f ? alpha * (expf(x) - 1.0f) : x;
    case TC_GATE_SOFTSIGN:
        return x / (1.0f + fabsf(x));
    case TC_GATE_SOFTPLUS:
        return (x > 0.0f ? x : 0.0f) + logf(1.0f + expf(-fabsf(x)));
    default: /* TC_GATE_TANH */
        return tanhf(x);
    }
}

/* Applies a function to `count` values, each brought to within the bounds +-clip before. */
TC_CODE
static void tc_activate_f32(enum tc_gate_function function, float alpha, float beta, float clip, float *values,
                            int32_t count)
{
    for (int32_t i = 0; i < count; i++) {
        values[i] = tc_gate_f32(function, alpha, beta, tc_clamp_f32(values[i], -clip, clip));
    }
}

/* sums (count) = biases + weights * x; without biases in addition to what they are. */
TC_CODE
static void tc_products_f32(const float *biases, const float *weights, const float *x, int32_t n, float *sums,
                            int32_t count)
{
    for (int32_t i = 0; i < count; i += 4) {
        const int32_t rows = count - i < 4 ? count - i : 4;
        if (biases != NULL) {
            memcpy(sums + i, biases + i, (size_t)rows * sizeof *sums);
        }
        tc_dots_f32(x, weights + i * n, n, n, rows, sums + i);
    }
}

/* A state to begin with: the `count` at `from`, or zeros if there is nothing. */
static inline void tc_begin_f32(float *state, const float *from, int32_t at, int32_t count)
{
    for (int32_t i = 0; i < count; i++) {
        state[i] = from ? from[at + i] : 0.0f;
    }
}

/* Copies a state to where it is wanted, if it is. */
static inline void tc_leave_f32(float *to, int32_t at, const float *state, int32_t count)
{
    if (to != NULL) {
        memcpy(to + at, state, (size_t)count * sizeof *state);
    }
}

#endif
