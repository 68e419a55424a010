/* SPDX-License-Identifier: Apache-2.0 */
/* Of tc_mve_in_c.h lanes of 8 and of 16 bits, in vectors and in memory. */
#ifndef TC_MVE_IN_C_NARROW_H
#define TC_MVE_IN_C_NARROW_H

#include "tc_mve_in_c.h"

/* Of neighbours the even ones (b) or the odd ones (t), wider. */
static inline int16x8_t vmullbq_int_s8(int8x16_t a, int8x16_t b)
{
    int16x8_t r;
    for (int i = 0; i < 8; i++) {
        r.v[i] = (int16_t)(a.v[2 * i] * b.v[2 * i]);
    }
    return r;
}
static inline int16x8_t vmulltq_int_s8(int8x16_t a, int8x16_t b)
{
    int16x8_t r;
    for (int i = 0; i < 8; i++) {
        r.v[i] = (int16_t)(a.v[2 * i + 1] * b.v[2 * i + 1]);
    }
    return r;
}
static inline int32x4_t vmovlbq_s16(int16x8_t x)
{
    const int32_t words[4] = {x.v[0], x.v[2], x.v[4], x.v[6]};
    return vld1q_s32(words);
}
static inline int32x4_t vmovltq_s16(int16x8_t x)
{
    const int32_t words[4] = {x.v[1], x.v[3], x.v[5], x.v[7]};
    return vld1q_s32(words);
}

/* Defines a function of lanes a, and b or a number. */
#define TC_MVE_LANES(NAME, LANES, V, OTHER, B, VALUE)                                             \
    static inline V NAME(V x, OTHER y)                                                            \
    {                                                                                             \
        for (int i = 0; i < LANES; i++) {                                                         \
            const int32_t a = x.v[i], b = B;                                                      \
            x.v[i] = VALUE;                                                                       \
        }                                                                                         \
        return x;                                                                                 \
    }
TC_MVE_LANES(vaddq_s16, 8, int16x8_t, int16x8_t, y.v[i], (int16_t)(uint16_t)(a + b))
TC_MVE_LANES(vsubq_s16, 8, int16x8_t, int16x8_t, y.v[i], (int16_t)(uint16_t)(a - b))
TC_MVE_LANES(vaddq_n_s16, 8, int16x8_t, int16_t, y, (int16_t)(uint16_t)(a + b))
TC_MVE_LANES(veorq_s16, 8, int16x8_t, int16x8_t, y.v[i], (int16_t)(a ^ b))
TC_MVE_LANES(vmaxq_s16, 8, int16x8_t, int16x8_t, y.v[i], (int16_t)(a > b ? a : b))
TC_MVE_LANES(vminq_s16, 8, int16x8_t, int16x8_t, y.v[i], (int16_t)(a < b ? a : b))
TC_MVE_LANES(vshrq_n_s16, 8, int16x8_t, int, y, (int16_t)(a >> b))
TC_MVE_LANES(vmaxq_s8, 16, int8x16_t, int8x16_t, y.v[i], (int8_t)(a > b ? a : b))
TC_MVE_LANES(vminq_s8, 16, int8x16_t, int8x16_t, y.v[i], (int8_t)(a < b ? a : b))

static inline int16x8_t vabsq_s16(int16x8_t x)
{
    for (int i = 0; i < 8; i++) {
        x.v[i] = (int16_t)(uint16_t)(x.v[i] < 0 ? -x.v[i] : x.v[i]);
    }
    return x;
}
static inline uint16x8_t vmulhq_u16(uint16x8_t a, uint16x8_t b)
{
    for (int i = 0; i < 8; i++) {
        a.v[i] = (uint16_t)((uint32_t)a.v[i] * b.v[i] >> 16);
    }
    return a;
}
static inline uint16x8_t vshlq_r_u16(uint16x8_t x, int32_t by)
{
    for (int i = 0; i < 8; i++) {
        x.v[i] = (uint16_t)(by < 0 ? x.v[i] >> -by : x.v[i] << by);
    }
    return x;
}
static inline uint16x8_t vreinterpretq_u16_s16(int16x8_t x)
{
    uint16x8_t r;
    memcpy(&r, &x, 16);
    return r;
}
static inline int16x8_t vreinterpretq_s16_u16(uint16x8_t x)
{
    int16x8_t r;
    memcpy(&r, &x, 16);
    return r;
}

/* Bytes that lie side by side, 16 bits each. */
static inline int16x8_t vldrbq_z_s16(const int8_t *from, mve_pred16_t some)
{
    int16x8_t r;
    for (int i = 0; i < 8; i++) {
        r.v[i] = (some >> (2 * i)) & 1 ? from[i] : 0;
    }
    return r;
}
static inline void vstrbq_p_s16(int8_t *to, int16x8_t x, mve_pred16_t some)
{
    for (int i = 0; i < 8; i++) {
        if ((some >> (2 * i)) & 1) {
            to[i] = (int8_t)x.v[i];
        }
    }
}
static inline int8x16_t vreinterpretq_s8_s32(int32x4_t x)
{
    int8x16_t r;
    memcpy(&r, &x, 16);
    return r;
}

static inline int32_t vmladavaq_s8(int32_t sum, int8x16_t a, int8x16_t b)
{
    int64_t wide = sum;
    for (int i = 0; i < 16; i++) {
        wide += a.v[i] * b.v[i];
    }
    return tc_mve_wrap(wide);
}

static inline int32_t vmladavq_s8(int8x16_t a, int8x16_t b)
{
    return vmladavaq_s8(0, a, b);
}

static inline int32_t vaddvaq_s8(int32_t sum, int8x16_t x)
{
    for (int i = 0; i < 16; i++) {
        sum += x.v[i];
    }
    return sum;
}

/* Of words the low bytes, to byte offsets from an address. */
static inline void vstrbq_scatter_offset_p_s32(int8_t *to, uint32x4_t offsets, int32x4_t x, mve_pred16_t some)
{
    for (int i = 0; i < 4; i++) {
        if ((some >> (4 * i)) & 1) {
            to[offsets.v[i]] = (int8_t)x.v[i];
        }
    }
}
static inline void vstrbq_scatter_offset_s32(int8_t *to, uint32x4_t offsets, int32x4_t x)
{
    vstrbq_scatter_offset_p_s32(to, offsets, x, 0xffff);
}

/* Bytes that lie side by side, a word each. */
static inline int32x4_t vldrbq_z_s32(const int8_t *from, mve_pred16_t some)
{
    int32x4_t r;
    for (int i = 0; i < 4; i++) {
        r.v[i] = (some >> (4 * i)) & 1 ? from[i] : 0;
    }
    return r;
}
static inline int32x4_t vldrbq_s32(const int8_t *from)
{
    return vldrbq_z_s32(from, 0xffff);
}
static inline void vstrbq_p_s32(int8_t *to, int32x4_t x, mve_pred16_t some)
{
    for (int i = 0; i < 4; i++) {
        if ((some >> (4 * i)) & 1) {
            to[i] = (int8_t)x.v[i];
        }
    }
}
static inline void vstrbq_s32(int8_t *to, int32x4_t x)
{
    vstrbq_p_s32(to, x, 0xffff);
}

/* Bytes at byte offsets from an address, 16 bits each. */
static inline int16x8_t vldrbq_gather_offset_z_s16(const int8_t *from, uint16x8_t offsets, mve_pred16_t some)
{
    int16x8_t r;
    for (int i = 0; i < 8; i++) {
        r.v[i] = (some >> (2 * i)) & 1 ? from[offsets.v[i]] : 0;
    }
    return r;
}
static inline int16x8_t vldrbq_gather_offset_s16(const int8_t *from, uint16x8_t offsets)
{
    return vldrbq_gather_offset_z_s16(from, offsets, 0xffff);
}
/* The low bytes of x, between the even bytes of `even`. */
static inline int8x16_t vmovntq_s16(int8x16_t even, int16x8_t x)
{
    for (int i = 0; i < 8; i++) {
        even.v[2 * i + 1] = (int8_t)x.v[i];
    }
    return even;
}
static inline int8x16_t vreinterpretq_s8_s16(int16x8_t x)
{
    int8x16_t r;
    memcpy(&r, &x, 16);
    return r;
}
/* from, from + by, ... */
static inline uint16x8_t vidupq_n_u16(uint32_t from, int by)
{
    uint16x8_t r;
    for (int i = 0; i < 8; i++) {
        r.v[i] = (uint16_t)(from + (uint32_t)(i * by));
    }
    return r;
}
static inline uint16x8_t vmulq_n_u16(uint16x8_t x, uint16_t n)
{
    for (int i = 0; i < 8; i++) {
        x.v[i] = (uint16_t)((uint32_t)x.v[i] * n);
    }
    return x;
}
static inline int32_t vmladavaq_s16(int32_t sum, int16x8_t a, int16x8_t b)
{
    int64_t wide = sum;
    for (int i = 0; i < 8; i++) {
        wide += a.v[i] * b.v[i];
    }
    return tc_mve_wrap(wide);
}

#endif
