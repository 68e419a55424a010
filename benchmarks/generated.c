/* SPDX-License-Identifier: Apache-2.0
 *
 * What a firmware engineer would write for the operators of benchmarks/generated.py: plain loops, sizes as
 * literals, no intrinsics. Generated code is held against these.
 */
#include <math.h>
#include <stdint.h>

#define PLAIN __attribute__((noipa))

void hand_layer_norm(const float *restrict x, float *restrict y, const float *restrict gamma,
                     const float *restrict beta);
void hand_softmax(const float *restrict x, float *restrict y);
void hand_prelu(const float *restrict x, float *restrict y, const float *restrict slopes);
void hand_bilinear(const float *restrict x, float *restrict y);
void hand_matmul(const float *restrict a, const float *restrict b, float *restrict y);
void hand_matmul_transposed(const float *restrict a, const float *restrict b, float *restrict y);
void hand_int8_matmul(const int8_t *restrict a, const int8_t *restrict b, int8_t *restrict y);
void hand_conv2d(const float *restrict x, float *restrict y, const float *restrict w);
void hand_transposed_conv2d(const float *restrict x, float *restrict y, const float *restrict w);
void hand_int8_swish(const int8_t *restrict x, int8_t *restrict y, const int8_t *restrict table);
void hand_add_relu(const float *restrict a, const float *restrict b, float *restrict y);
void hand_mean(const float *restrict x, float *restrict y);
void hand_gelu(const float *restrict x, float *restrict y);

PLAIN void hand_layer_norm(const float *restrict x, float *restrict y, const float *restrict gamma,
                           const float *restrict beta)
{
    for (int32_t row = 0; row < 32; row++, x += 64, y += 64) {
        float sum = 0.0f;
        for (int32_t i = 0; i < 64; i++) {
            sum += x[i];
        }
        const float mean = sum / 64.0f;
        float squares = 0.0f;
        for (int32_t i = 0; i < 64; i++) {
            const float d = x[i] - mean;
            squares += d * d;
        }
        const float scale = 1.0f / sqrtf(squares / 64.0f + 1e-5f);
        for (int32_t i = 0; i < 64; i++) {
            y[i] = (x[i] - mean) * scale * gamma[i] + beta[i];
        }
    }
}

PLAIN void hand_softmax(const float *restrict x, float *restrict y)
{
    for (int32_t row = 0; row < 32; row++, x += 64, y += 64) {
        float max = x[0];
        for (int32_t i = 1; i < 64; i++) {
            max = x[i] > max ? x[i] : max;
        }
        float sum = 0.0f;
        for (int32_t i = 0; i < 64; i++) {
            y[i] = expf(x[i] - max);
            sum += y[i];
        }
        for (int32_t i = 0; i < 64; i++) {
            y[i] /= sum;
        }
    }
}

PLAIN void hand_prelu(const float *restrict x, float *restrict y, const float *restrict slopes)
{
    for (int32_t i = 0; i < 256; i++, x += 16, y += 16) {
        for (int32_t c = 0; c < 16; c++) {
            y[c] = x[c] > 0.0f ? x[c] : x[c] * slopes[c];
        }
    }
}

/* (16, 16, 8) to (32, 32, 8), half-pixel centres */
PLAIN void hand_bilinear(const float *restrict x, float *restrict y)
{
    for (int32_t row = 0; row < 32; row++) {
        const float v = ((float)row + 0.5f) * 0.5f - 0.5f;
        const int32_t top = (int32_t)floorf(v);
        const float fv = v - (float)top;
        const float *upper = x + (top < 0 ? 0 : top) * 128;
        const float *lower = x + (top + 1 > 15 ? 15 : top + 1) * 128;
        for (int32_t column = 0; column < 32; column++) {
            const float u = ((float)column + 0.5f) * 0.5f - 0.5f;
            const int32_t left = (int32_t)floorf(u);
            const float fu = u - (float)left;
            const int32_t l = (left < 0 ? 0 : left) * 8, r = (left + 1 > 15 ? 15 : left + 1) * 8;
            for (int32_t c = 0; c < 8; c++) {
                const float a = upper[l + c] * (1.0f - fu) + upper[r + c] * fu;
                const float b = lower[l + c] * (1.0f - fu) + lower[r + c] * fu;
                *y++ = a * (1.0f - fv) + b * fv;
            }
        }
    }
}

PLAIN void hand_matmul(const float *restrict a, const float *restrict b, float *restrict y)
{
    for (int32_t row = 0; row < 32; row++, a += 64) {
        for (int32_t column = 0; column < 32; column++) {
            float sum = 0.0f;
            for (int32_t k = 0; k < 64; k++) {
                sum += a[k] * b[k * 32 + column];
            }
            *y++ = sum;
        }
    }
}

PLAIN void hand_matmul_transposed(const float *restrict a, const float *restrict b, float *restrict y)
{
    for (int32_t row = 0; row < 32; row++, a += 64) {
        for (int32_t column = 0; column < 32; column++) {
            float sum = 0.0f;
            for (int32_t k = 0; k < 64; k++) {
                sum += a[k] * b[column * 64 + k];
            }
            *y++ = sum;
        }
    }
}

/* Scales 0.1 and 0.2 to 2.0, zero points 3 and -4 to 1: in integers, one product for the result. */
PLAIN void hand_int8_matmul(const int8_t *restrict a, const int8_t *restrict b, int8_t *restrict y)
{
    for (int32_t row = 0; row < 32; row++, a += 64) {
        for (int32_t column = 0; column < 32; column++) {
            int32_t sum = 0;
            for (int32_t k = 0; k < 64; k++) {
                sum += (a[k] - 3) * (b[k * 32 + column] + 4);
            }
            const float value = (float)sum * 0.01f;
            const float bounded = value > -129.0f ? (value < 126.0f ? value : 126.0f) : -129.0f;
            *y++ = (int8_t)((int32_t)((bounded + 12582912.0f) - 12582912.0f) + 1);
        }
    }
}

/* (16, 16, 8) to (16, 16, 8), 3x3, padded; weights as the graph has them, (3, 3, 8, 8) */
PLAIN void hand_conv2d(const float *restrict x, float *restrict y, const float *restrict w)
{
    for (int32_t row = 0; row < 16; row++) {
        for (int32_t column = 0; column < 16; column++) {
            for (int32_t o = 0; o < 8; o++) {
                float sum = 0.0f;
                for (int32_t ky = 0; ky < 3; ky++) {
                    const int32_t iy = row + ky - 1;
                    if (iy < 0 || iy >= 16) {
                        continue;
                    }
                    for (int32_t kx = 0; kx < 3; kx++) {
                        const int32_t ix = column + kx - 1;
                        if (ix < 0 || ix >= 16) {
                            continue;
                        }
                        const float *pixel = x + (iy * 16 + ix) * 8;
                        const float *tap = w + (ky * 3 + kx) * 64 + o;
                        for (int32_t c = 0; c < 8; c++) {
                            sum += pixel[c] * tap[c * 8];
                        }
                    }
                }
                *y++ = sum > 0.0f ? sum : 0.0f;
            }
        }
    }
}

/* (8, 8, 8) to (8, 16, 16), 4x4, stride 2, padding 1, channels first; every input is added where it counts */
PLAIN void hand_transposed_conv2d(const float *restrict x, float *restrict y, const float *restrict w)
{
    for (int32_t i = 0; i < 8 * 256; i++) {
        y[i] = 0.0f;
    }
    for (int32_t c = 0; c < 8; c++) {
        for (int32_t row = 0; row < 8; row++) {
            for (int32_t column = 0; column < 8; column++) {
                const float value = x[(c * 8 + row) * 8 + column];
                for (int32_t o = 0; o < 8; o++) {
                    for (int32_t ky = 0; ky < 4; ky++) {
                        const int32_t oy = row * 2 + ky - 1;
                        if (oy < 0 || oy >= 16) {
                            continue;
                        }
                        for (int32_t kx = 0; kx < 4; kx++) {
                            const int32_t ox = column * 2 + kx - 1;
                            if (ox >= 0 && ox < 16) {
                                y[(o * 16 + oy) * 16 + ox] += value * w[((c * 8 + o) * 4 + ky) * 4 + kx];
                            }
                        }
                    }
                }
            }
        }
    }
}

PLAIN void hand_int8_swish(const int8_t *restrict x, int8_t *restrict y, const int8_t *restrict table)
{
    for (int32_t i = 0; i < 1024; i++) {
        y[i] = table[x[i] + 128];
    }
}

PLAIN void hand_add_relu(const float *restrict a, const float *restrict b, float *restrict y)
{
    for (int32_t i = 0; i < 2048; i++) {
        const float sum = a[i] + b[i];
        y[i] = sum > 0.0f ? sum : 0.0f;
    }
}

/* (16, 16, 16) to (16) */
PLAIN void hand_mean(const float *restrict x, float *restrict y)
{
    for (int32_t c = 0; c < 16; c++) {
        float sum = 0.0f;
        for (int32_t i = 0; i < 256; i++) {
            sum += x[i * 16 + c];
        }
        y[c] = sum / 256.0f;
    }
}

PLAIN void hand_gelu(const float *restrict x, float *restrict y)
{
    for (int32_t i = 0; i < 1024; i++) {
        y[i] = x[i] * 0.5f * (1.0f + erff(x[i] * 0.70710678f));
    }
}
