/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernels use of Arm's arm_mve.h, in C: names and results are Arm's. For tests on machines without Helium. */
#ifndef TC_MVE_IN_C_H
#define TC_MVE_IN_C_H

#include <stdint.h>
#include <string.h>

typedef uint16_t mve_pred16_t; /* a bit for each byte of a vector */

#define TC_MVE_TYPE(BASE, LANES, SUFFIX)                                                          \
    typedef struct {                                                                              \
        BASE##_t v[LANES];                                                                        \
    } BASE##x##LANES##_t;                                                                         \
    static inline BASE##x##LANES##_t vdupq_n_##SUFFIX(BASE##_t x)                                 \
    {                                                                                             \
        BASE##x##LANES##_t r;                                                                     \
        for (int i = 0; i < LANES; i++) {                                                         \
            r.v[i] = x;                                                                           \
        }                                                                                         \
        return r;                                                                                 \
    }                                                                                             \
    static inline BASE##x##LANES##_t vld1q_z_##SUFFIX(const BASE##_t *from, mve_pred16_t some)    \
    {                                                                                             \
        BASE##x##LANES##_t r;                                                                     \
        for (int i = 0; i < LANES; i++) {                                                         \
            r.v[i] = (some >> (16 / LANES * i)) & 1 ? from[i] : (BASE##_t)0;                      \
        }                                                                                         \
        return r;                                                                                 \
    }                                                                                             \
    static inline BASE##x##LANES##_t vld1q_##SUFFIX(const BASE##_t *from)                         \
    {                                                                                             \
        return vld1q_z_##SUFFIX(from, 0xffff);                                                    \
    }                                                                                             \
    static inline void vst1q_p_##SUFFIX(BASE##_t *to, BASE##x##LANES##_t x, mve_pred16_t some)    \
    {                                                                                             \
        for (int i = 0; i < LANES; i++) {                                                         \
            if ((some >> (16 / LANES * i)) & 1) {                                                 \
                to[i] = x.v[i];                                                                   \
            }                                                                                     \
        }                                                                                         \
    }                                                                                             \
    static inline void vst1q_##SUFFIX(BASE##_t *to, BASE##x##LANES##_t x)                         \
    {                                                                                             \
        vst1q_p_##SUFFIX(to, x, 0xffff);                                                          \
    }

TC_MVE_TYPE(int8, 16, s8)
TC_MVE_TYPE(int32, 4, s32)
TC_MVE_TYPE(uint32, 4, u32)
TC_MVE_TYPE(int16, 8, s16)
TC_MVE_TYPE(uint16, 8, u16)

typedef struct {
    int8x16_t val[4];
} int8x16x4_t;

/* Bytes of four vectors in turn. */
static inline void vst4q_s8(int8_t *to, int8x16x4_t x)
{
    for (int i = 0; i < 64; i++) {
        to[i] = x.val[i % 4].v[i / 4];
    }
}

static inline uint32x4_t vreinterpretq_u32_s8(int8x16_t x)
{
    uint32x4_t r;
    memcpy(&r, &x, 16);
    return r;
}
static inline int8x16_t vreinterpretq_s8_u32(uint32x4_t x)
{
    int8x16_t r;
    memcpy(&r, &x, 16);
    return r;
}
static inline uint32x4_t vshlq_n_u32(uint32x4_t x, int by)
{
    for (int i = 0; i < 4; i++) {
        x.v[i] <<= by;
    }
    return x;
}

/* Words at byte offsets from an address, each aligned. */
static inline uint32x4_t vldrwq_gather_offset_u32(const uint32_t *from, uint32x4_t offsets)
{
    for (int i = 0; i < 4; i++) {
        offsets.v[i] = *(const uint32_t *)(const void *)((const char *)from + offsets.v[i]);
    }
    return offsets;
}

/* The first n lanes. */
static inline mve_pred16_t tc_mve_first(uint32_t n, int bits)
{
    return (mve_pred16_t)(n * (uint32_t)bits >= 16 ? 0xffffU : (1U << (n * (uint32_t)bits)) - 1U);
}
static inline mve_pred16_t vctp8q(uint32_t n)
{
    return tc_mve_first(n > 16 ? 16 : n, 1);
}
static inline mve_pred16_t vctp16q(uint32_t n)
{
    return tc_mve_first(n > 8 ? 8 : n, 2);
}
static inline mve_pred16_t vctp32q(uint32_t n)
{
    return tc_mve_first(n > 4 ? 4 : n, 4);
}

static inline int32_t tc_mve_saturate(int64_t x)
{
    return x < INT32_MIN ? INT32_MIN : x > INT32_MAX ? INT32_MAX : (int32_t)x;
}
static inline int32_t tc_mve_wrap(int64_t x)
{
    return (int32_t)(uint32_t)x;
}
/* x * 2^by for by from -32 to 31; x has room for that. */
static inline int64_t tc_mve_shift(int64_t x, int by)
{
    return by < 0 ? x >> -by : x * ((int64_t)1 << by);
}

/* Defines a function of int32 lanes a, and b or a number. */
#define TC_MVE_BINARY(NAME, VALUE)                                                                \
    static inline int32x4_t NAME(int32x4_t x, int32x4_t y)                                        \
    {                                                                                             \
        for (int i = 0; i < 4; i++) {                                                             \
            const int64_t a = x.v[i], b = y.v[i];                                                 \
            x.v[i] = VALUE;                                                                       \
        }                                                                                         \
        return x;                                                                                 \
    }
#define TC_MVE_SCALAR(NAME, T, VALUE)                                                             \
    static inline int32x4_t NAME(int32x4_t x, T n)                                                \
    {                                                                                             \
        for (int i = 0; i < 4; i++) {                                                             \
            const int64_t a = x.v[i], b = n;                                                      \
            x.v[i] = VALUE;                                                                       \
        }                                                                                         \
        return x;                                                                                 \
    }

TC_MVE_BINARY(vaddq_s32, tc_mve_wrap(a + b))
TC_MVE_BINARY(vmulq_s32, tc_mve_wrap(a * b))
TC_MVE_BINARY(vqaddq_s32, tc_mve_saturate(a + b))
TC_MVE_BINARY(vandq_s32, (int32_t)(a & b))
TC_MVE_BINARY(vmaxq_s32, (int32_t)(a > b ? a : b))
TC_MVE_BINARY(vminq_s32, (int32_t)(a < b ? a : b))
TC_MVE_BINARY(vqdmulhq_s32, a == INT32_MIN && b == INT32_MIN ? INT32_MAX : (int32_t)((a * b) >> 31))
TC_MVE_BINARY(vqrdmulhq_s32,
              a == INT32_MIN && b == INT32_MIN ? INT32_MAX : (int32_t)((a * b + ((int64_t)1 << 30)) >> 31))
TC_MVE_BINARY(vshlq_s32, tc_mve_wrap(tc_mve_shift(a, (int)b)))
TC_MVE_BINARY(vrshlq_s32, (int32_t)(b < 0 ? tc_mve_shift(a + ((int64_t)1 << (-b - 1)), (int)b)
                                          : tc_mve_wrap(tc_mve_shift(a, (int)b))))
TC_MVE_SCALAR(vaddq_n_s32, int32_t, tc_mve_wrap(a + b))
TC_MVE_SCALAR(vqdmulhq_n_s32, int32_t,
              a == INT32_MIN && b == INT32_MIN ? INT32_MAX : (int32_t)((a * b) >> 31))
TC_MVE_SCALAR(vqrdmulhq_n_s32, int32_t,
              a == INT32_MIN && b == INT32_MIN ? INT32_MAX : (int32_t)((a * b + ((int64_t)1 << 30)) >> 31))
TC_MVE_SCALAR(vshlq_r_s32, int32_t, tc_mve_wrap(tc_mve_shift(a, (int)b)))
TC_MVE_SCALAR(vrshlq_n_s32, int32_t, (int32_t)(b < 0 ? tc_mve_shift(a + ((int64_t)1 << (-b - 1)), (int)b)
                                                     : tc_mve_wrap(tc_mve_shift(a, (int)b))))
TC_MVE_SCALAR(vqshlq_r_s32, int32_t, tc_mve_saturate(tc_mve_shift(a, (int)b)))
TC_MVE_SCALAR(vshrq_n_s32, int, (int32_t)(a >> b))

/* add + x * n */
static inline int32x4_t vmlaq_n_s32(int32x4_t add, int32x4_t x, int32_t n)
{
    for (int i = 0; i < 4; i++) {
        add.v[i] = tc_mve_wrap(add.v[i] + (int64_t)x.v[i] * n);
    }
    return add;
}

/* x * y + n */
static inline int32x4_t vmlasq_n_s32(int32x4_t x, int32x4_t y, int32_t n)
{
    for (int i = 0; i < 4; i++) {
        x.v[i] = tc_mve_wrap((int64_t)x.v[i] * y.v[i] + n);
    }
    return x;
}

static inline int32x4_t vsetq_lane_s32(int32_t value, int32x4_t x, int lane)
{
    x.v[lane] = value;
    return x;
}

TC_MVE_SCALAR(vshlq_n_s32, int, tc_mve_wrap(tc_mve_shift(a, (int)b)))

/* x / 2^by below the highest `by` bits of `high`, which stay. */
static inline int32x4_t vsriq_n_s32(int32x4_t high, int32x4_t x, int by)
{
    const uint32_t moved = UINT32_MAX >> by;
    for (int i = 0; i < 4; i++) {
        high.v[i] = (int32_t)(((uint32_t)high.v[i] & ~moved) | (uint32_t)x.v[i] >> by);
    }
    return high;
}

#endif
