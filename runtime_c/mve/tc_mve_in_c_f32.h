/* SPDX-License-Identifier: Apache-2.0 */
/* Of tc_mve_in_c.h what has float32. Vectors flush numbers that are too small for all digits to 0; this does not. */
#ifndef TC_MVE_IN_C_F32_H
#define TC_MVE_IN_C_F32_H

#include <math.h>

#include "tc_mve_in_c.h"

typedef float float32_t;
TC_MVE_TYPE(float32, 4, f32)

#define TC_MVE_OF_FLOATS(NAME, OTHER, VALUE)                                                      \
    static inline float32x4_t NAME(float32x4_t x, OTHER y)                                        \
    {                                                                                             \
        for (int i = 0; i < 4; i++) {                                                             \
            x.v[i] = VALUE;                                                                       \
        }                                                                                         \
        return x;                                                                                 \
    }
TC_MVE_OF_FLOATS(vmulq_n_f32, float, x.v[i] * y)
TC_MVE_OF_FLOATS(vminnmq_f32, float32x4_t, fminf(x.v[i], y.v[i]))

/* add + x * n, rounded once */
static inline float32x4_t vfmaq_n_f32(float32x4_t add, float32x4_t x, float n)
{
    for (int i = 0; i < 4; i++) {
        add.v[i] = fmaf(x.v[i], n, add.v[i]);
    }
    return add;
}
static inline mve_pred16_t vcmpgeq_n_f32(float32x4_t x, float n)
{
    mve_pred16_t some = 0;
    for (int i = 0; i < 4; i++) {
        some = (mve_pred16_t)(some | (x.v[i] >= n ? 0xf << (4 * i) : 0));
    }
    return some;
}
static inline float32x4_t vpselq_f32(float32x4_t x, float32x4_t y, mve_pred16_t some)
{
    for (int i = 0; i < 4; i++) {
        x.v[i] = (some >> (4 * i)) & 1 ? x.v[i] : y.v[i];
    }
    return x;
}
static inline float32x4_t vcvtq_f32_s32(int32x4_t x)
{
    float32x4_t r;
    for (int i = 0; i < 4; i++) {
        r.v[i] = (float)x.v[i];
    }
    return r;
}
/* To the nearest integer, halves away from zero; what is no int32 does not occur. */
static inline int32x4_t vcvtaq_s32_f32(float32x4_t x)
{
    int32x4_t r;
    for (int i = 0; i < 4; i++) {
        r.v[i] = (int32_t)roundf(x.v[i]);
    }
    return r;
}

#endif
