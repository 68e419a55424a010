/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_UNARY_F32_H
#define TC_UNARY_F32_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

enum tc_function {
    TC_IDENTITY, TC_NEGATIVE, TC_ABS, TC_FLOOR, TC_CEIL, TC_SQUARE, TC_SQRT, TC_RSQRT,
    TC_EXP, TC_LOG, TC_TANH, TC_ERF, TC_SIGMOID, TC_SILU, TC_GELU, TC_LEAKY_RELU, TC_SOFTPLUS
};

struct tc_unary_f32 {
    int32_t count;
    int8_t function; /* enum tc_function */
    float slope;     /* of TC_LEAKY_RELU below 0 */
    float min, max;
};
/* A function of one element; may run in place. */
TC_CODE void tc_unary_f32(const struct tc_unary_f32 *p, const float *input, float *output);

#ifdef __cplusplus
}
#endif

#endif
