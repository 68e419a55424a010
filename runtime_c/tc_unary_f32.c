/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "tc_float.h"
#include "tinycompile.h"

static float sigmoid(float x)
{
    return 1.0f / (1.0f + expf(-x));
}

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
    case TC_SOFTPLUS: /* log(1 + exp(x)), without losing the digits of a small exp(x) */
        return fmaxf(x, 0.0f) + log1pf(expf(-fabsf(x)));
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
