/* SPDX-License-Identifier: Apache-2.0 */
/* Of tc_mve_in_c.h what element-wise kernels use: narrower and wider lanes, sums of roundings. */
#ifndef TC_MVE_IN_C_LANES_H
#define TC_MVE_IN_C_LANES_H

#include "tc_mve_in_c_narrow.h"

#define TC_MVE_AS(TO, TO_SUFFIX, FROM, FROM_SUFFIX)                                               \
    static inline TO vreinterpretq_##TO_SUFFIX##_##FROM_SUFFIX(FROM x)                            \
    {                                                                                             \
        TO r;                                                                                     \
        memcpy(&r, &x, 16);                                                                       \
        return r;                                                                                 \
    }
TC_MVE_AS(int16x8_t, s16, int8x16_t, s8)
TC_MVE_AS(int16x8_t, s16, int32x4_t, s32)
TC_MVE_AS(uint32x4_t, u32, int32x4_t, s32)
TC_MVE_AS(int32x4_t, s32, uint32x4_t, u32)

/* Of neighbours the even ones (b) or the odd ones (t), wider. */
#define TC_MVE_OF_NEIGHBOURS(NAME, ODD, OTHER, VALUE)                                             \
    static inline int32x4_t NAME(int16x8_t x, OTHER y)                                            \
    {                                                                                             \
        int32x4_t r;                                                                              \
        for (int i = 0; i < 4; i++) {                                                             \
            const int at = 2 * i + ODD;                                                           \
            r.v[i] = VALUE;                                                                       \
        }                                                                                         \
        return r;                                                                                 \
    }
TC_MVE_OF_NEIGHBOURS(vmullbq_int_s16, 0, int16x8_t, x.v[at] * y.v[at])
TC_MVE_OF_NEIGHBOURS(vmulltq_int_s16, 1, int16x8_t, x.v[at] * y.v[at])
TC_MVE_OF_NEIGHBOURS(vshllbq_n_s16, 0, int, x.v[at] * (1 << y))
TC_MVE_OF_NEIGHBOURS(vshlltq_n_s16, 1, int, x.v[at] * (1 << y))

static inline int16_t tc_mve_saturate_s16(int32_t x)
{
    return (int16_t)(x < INT16_MIN ? INT16_MIN : x > INT16_MAX ? INT16_MAX : x);
}
/* Words, saturated, into the even lanes or the odd ones; the others stay. */
static inline int16x8_t vqmovnbq_s32(int16x8_t to, int32x4_t x)
{
    for (int i = 0; i < 4; i++) {
        to.v[2 * i] = tc_mve_saturate_s16(x.v[i]);
    }
    return to;
}
static inline int16x8_t vqmovntq_s32(int16x8_t to, int32x4_t x)
{
    for (int i = 0; i < 4; i++) {
        to.v[2 * i + 1] = tc_mve_saturate_s16(x.v[i]);
    }
    return to;
}

TC_MVE_SCALAR(vmulq_n_s32, int32_t, tc_mve_wrap(a * b))

/* add + the rounded high half of 2 * x * n */
static inline int32x4_t vqrdmlahq_n_s32(int32x4_t add, int32x4_t x, int32_t n)
{
    for (int i = 0; i < 4; i++) {
        const int64_t product = (int64_t)x.v[i] * n; /* not 2^62: n is no INT32_MIN */
        add.v[i] = tc_mve_saturate(((product + ((int64_t)1 << 30)) >> 31) + add.v[i]);
    }
    return add;
}

/* Words' low halves into the odd lanes; the others stay. */
static inline int16x8_t vmovntq_s32(int16x8_t to, int32x4_t x)
{
    for (int i = 0; i < 4; i++) {
        to.v[2 * i + 1] = (int16_t)x.v[i];
    }
    return to;
}
static inline int16x8_t vldrbq_s16(const int8_t *from)
{
    return vldrbq_z_s16(from, 0xffff);
}
static inline void vstrbq_s16(int8_t *to, int16x8_t x)
{
    vstrbq_p_s16(to, x, 0xffff);
}

TC_MVE_BINARY(vsubq_s32, tc_mve_wrap(a - b))
TC_MVE_BINARY(veorq_s32, (int32_t)(a ^ b))

static inline int32x4_t vabsq_s32(int32x4_t x)
{
    for (int i = 0; i < 4; i++) {
        x.v[i] = tc_mve_wrap(x.v[i] < 0 ? -(int64_t)x.v[i] : x.v[i]);
    }
    return x;
}
static inline uint32x4_t vmulhq_u32(uint32x4_t a, uint32x4_t b)
{
    for (int i = 0; i < 4; i++) {
        a.v[i] = (uint32_t)((uint64_t)a.v[i] * b.v[i] >> 32);
    }
    return a;
}
static inline uint32x4_t vshlq_r_u32(uint32x4_t x, int32_t by)
{
    for (int i = 0; i < 4; i++) {
        x.v[i] = by < 0 ? x.v[i] >> -by : x.v[i] << by;
    }
    return x;
}

TC_MVE_TYPE(uint8, 16, u8)

/* Bytes at byte offsets from an address. */
static inline int8x16_t vldrbq_gather_offset_z_s8(const int8_t *from, uint8x16_t offsets, mve_pred16_t some)
{
    int8x16_t r;
    for (int i = 0; i < 16; i++) {
        r.v[i] = (some >> i) & 1 ? from[offsets.v[i]] : (int8_t)0;
    }
    return r;
}
static inline int8x16_t vldrbq_gather_offset_s8(const int8_t *from, uint8x16_t offsets)
{
    return vldrbq_gather_offset_z_s8(from, offsets, 0xffff);
}

/* Halves that lie side by side, a word each. */
static inline int32x4_t vldrhq_z_s32(const int16_t *from, mve_pred16_t some)
{
    int32x4_t r;
    for (int i = 0; i < 4; i++) {
        r.v[i] = (some >> (4 * i)) & 1 ? from[i] : 0;
    }
    return r;
}
static inline void vstrhq_p_s32(int16_t *to, int32x4_t x, mve_pred16_t some)
{
    for (int i = 0; i < 4; i++) {
        if ((some >> (4 * i)) & 1) {
            to[i] = (int16_t)x.v[i];
        }
    }
}

/* Elements of an array, a word each. */
static inline int32x4_t vldrhq_gather_shifted_offset_z_s32(const int16_t *from, uint32x4_t at, mve_pred16_t some)
{
    int32x4_t r;
    for (int i = 0; i < 4; i++) {
        r.v[i] = (some >> (4 * i)) & 1 ? from[at.v[i]] : 0;
    }
    return r;
}

TC_MVE_SCALAR(vrshrq_n_s32, int, (int32_t)((a + ((int64_t)1 << (b - 1))) >> b))

static inline int32_t vaddvaq_p_s32(int32_t sum, int32x4_t x, mve_pred16_t some)
{
    for (int i = 0; i < 4; i++) {
        sum = tc_mve_wrap(sum + (int64_t)((some >> (4 * i)) & 1 ? x.v[i] : 0));
    }
    return sum;
}
static inline int16_t vmaxvq_p_s16(int16_t max, int16x8_t x, mve_pred16_t some)
{
    for (int i = 0; i < 8; i++) {
        max = (some >> (2 * i)) & 1 && x.v[i] > max ? x.v[i] : max;
    }
    return max;
}

static inline int32x4_t vldrwq_gather_shifted_offset_z_s32(const int32_t *from, uint32x4_t at, mve_pred16_t some)
{
    int32x4_t r;
    for (int i = 0; i < 4; i++) {
        r.v[i] = (some >> (4 * i)) & 1 ? from[at.v[i]] : 0;
    }
    return r;
}
static inline mve_pred16_t vcmpltq_m_n_s32(int32x4_t x, int32_t n, mve_pred16_t some)
{
    mve_pred16_t less = 0;
    for (int i = 0; i < 4; i++) {
        less = (mve_pred16_t)(less | (x.v[i] < n ? 0xf << (4 * i) : 0));
    }
    return (mve_pred16_t)(less & some);
}
static inline int32x4_t vnegq_s32(int32x4_t x)
{
    for (int i = 0; i < 4; i++) {
        x.v[i] = tc_mve_wrap(-(int64_t)x.v[i]);
    }
    return x;
}
static inline int32_t vaddvaq_s32(int32_t sum, int32x4_t x)
{
    return vaddvaq_p_s32(sum, x, 0xffff);
}
static inline int8_t vmaxvq_p_s8(int8_t max, int8x16_t x, mve_pred16_t some)
{
    for (int i = 0; i < 16; i++) {
        max = (some >> i) & 1 && x.v[i] > max ? x.v[i] : max;
    }
    return max;
}

/* from, from - by, ... */
static inline uint16x8_t vddupq_n_u16(uint32_t from, int by)
{
    return vidupq_n_u16(from, -by);
}
static inline uint32x4_t vidupq_n_u32(uint32_t from, int by)
{
    const uint32_t step = (uint32_t)by, lanes[4] = {from, from + step, from + 2 * step, from + 3 * step};
    return vld1q_u32(lanes);
}
static inline uint32x4_t vmulq_n_u32(uint32x4_t x, uint32_t n)
{
    for (int i = 0; i < 4; i++) {
        x.v[i] *= n;
    }
    return x;
}

static inline int16x8_t vldrhq_gather_offset_z_s16(const int16_t *from, uint16x8_t offsets, mve_pred16_t some)
{
    int16x8_t r;
    for (int i = 0; i < 8; i++) {
        r.v[i] = (some >> (2 * i)) & 1 ? *(const int16_t *)(const void *)((const char *)from + offsets.v[i]) : (int16_t)0;
    }
    return r;
}
static inline int32x4_t vldrwq_gather_offset_z_s32(const int32_t *from, uint32x4_t offsets, mve_pred16_t some)
{
    int32x4_t r;
    for (int i = 0; i < 4; i++) {
        const char *at = (const char *)from + (int32_t)offsets.v[i];
        r.v[i] = (some >> (4 * i)) & 1 ? *(const int32_t *)(const void *)at : 0;
    }
    return r;
}

/* Those with these indices. */
static inline uint32x4_t vldrhq_gather_shifted_offset_u32(const uint16_t *from, uint32x4_t at)
{
    for (int i = 0; i < 4; i++) {
        at.v[i] = from[at.v[i]];
    }
    return at;
}
static inline mve_pred16_t vcmpgeq_n_s32(int32x4_t x, int32_t n)
{
    uint32_t found = 0;
    for (int i = 0; i < 4; i++) {
        found |= x.v[i] >= n ? 0xfU << (4 * i) : 0U;
    }
    return (mve_pred16_t)found;
}
/* Of a where the predicate holds, else of b. */
static inline int32x4_t vpselq_s32(int32x4_t a, int32x4_t b, mve_pred16_t some)
{
    for (int i = 0; i < 4; i++) {
        b.v[i] = (some >> (4 * i)) & 1 ? a.v[i] : b.v[i];
    }
    return b;
}

static inline int16x8_t vqaddq_n_s16(int16x8_t x, int16_t n)
{
    for (int i = 0; i < 8; i++) {
        x.v[i] = tc_mve_saturate_s16(x.v[i] + n);
    }
    return x;
}

#endif
