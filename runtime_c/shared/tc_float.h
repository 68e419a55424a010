/* SPDX-License-Identifier: Apache-2.0 */
/* What the float kernels share. Private to them.
 *
 * Sums are made in the order in which elements are read, one float32 addition after the other: a compiler that
 * neither reassociates nor fuses (-std=c99 forbids gcc both) gives the same bits on every core. */
#ifndef TC_FLOAT_H
#define TC_FLOAT_H

#include <stdint.h>

/* What is no number stays so. */
static inline float tc_clamp_f32(float x, float low, float high)
{
    return x < low ? low : x > high ? high : x;
}

/* sum plus the products of `count` neighbours, in order. */
static inline float tc_dot_f32(float sum, const float *x, const float *w, int32_t count)
{
    for (int32_t i = 0; i < count; i++) {
        sum += x[i] * w[i];
    }
    return sum;
}

/* As tc_dot_f32, with integer weights whose zero point stands for 0. */
static inline float tc_dot_f32_s8(float sum, const float *x, const int8_t *w, int32_t zero_point, int32_t count)
{
    for (int32_t i = 0; i < count; i++) {
        sum += x[i] * (float)(w[i] - zero_point);
    }
    return sum;
}

/* To each of `rows` sums, up to 4, the products of x and of `count` weights; rows of weights lie `step` apart. Four
 * rows read x once. */
static inline void tc_dots_f32(const float *x, const float *w, int32_t step, int32_t count, int32_t rows,
                               float *sums)
{
    if (rows < 4) {
        for (int32_t row = 0; row < rows; row++) {
            sums[row] = tc_dot_f32(sums[row], x, w + row * step, count);
        }
        return;
    }
    const float *w1 = w + step, *w2 = w1 + step, *w3 = w2 + step;
    float sum0 = sums[0], sum1 = sums[1], sum2 = sums[2], sum3 = sums[3];
    for (int32_t i = 0; i < count; i++) {
        sum0 += x[i] * w[i];
        sum1 += x[i] * w1[i];
        sum2 += x[i] * w2[i];
        sum3 += x[i] * w3[i];
    }
    sums[0] = sum0;
    sums[1] = sum1;
    sums[2] = sum2;
    sums[3] = sum3;
}

#endif
