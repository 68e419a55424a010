/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "tc_float.h"
#include "tc_unary_f32.h"

TC_CODE
static float sigmoid(float x)
{
    return 1.0f / (1.0f + expf(-x));
}

/* log(1 + exp(x)); the quotient gives back the digits of a small e that 1 + e rounds off. */
TC_CODE
static float softplus(float x)
{
    const float e = expf(-fabsf(x));
    const float sum = 1.0f + e;
    const float logarithm = sum > 1.0f ? logf(sum) * (e / (sum - 1.0f)) : e;
    return (x > 0.0f ? x : 0.0f) + logarithm;
}

TC_CODE
static float apply(enum tc_function function, float x, float slope)
{
    switch (function) {
    case TC_NEGATIVE:
        return -x;
    case TC_ABS:
        return fabsf(x);
    case TC_FLOOR:
        return floorf(x);
    case TC_CEIL:
        return ceilf(x);
    case TC_SQUARE:
        return x * x;
    case TC_SQRT:
        return sqrtf(x);
    case TC_RSQRT:
        return 1.0f / sqrtf(x);
    case TC_EXP:
        return expf(x);
    case TC_LOG:
        return logf(x);
    case TC_TANH:
        return tanhf(x);
    case TC_ERF:
        return erff(x);
    case TC_SIGMOID:
        return sigmoid(x);
    case TC_SILU:
        return x * sigmoid(x);
    case TC_GELU:
        return x * 0.5f * (1.0f + erff(x * 0.70710678f));
    case TC_LEAKY_RELU:
        return x < 0.0f ? x * slope : x;
    case TC_SOFTPLUS:
        return softplus(x);
    default: /* TC_IDENTITY */
        return x;
    }
}

void tc_unary_f32(const struct tc_unary_f32 *p, const float *input, float *output)
{
    for (int32_t i = 0; i < p->count; i++) {
        const float value = apply((enum tc_function)p->function, input[i], p->slope);
        output[i] = tc_clamp_f32(value, p->min, p->max);
    }
}
