/* SPDX-License-Identifier: Apache-2.0 */
/* Single instructions of the DSP extension, as functions of their names. Private to the kernels for such cores.
 *
 * Up to three forms of each, with the same results:
 *  - an intrinsic of Arm's ACLE (Armv7E-M; Armv8-M with DSP);
 *  - inline assembly of one instruction that gcc does not find by itself (SMMLA, operands that are rotated or shifted);
 *    clang does. -DTC_NO_ASM leaves C and intrinsics only;
 *  - C for machines without the extension, where the kernels run under sanitizers.
 *
 * A word holds halves {h0, h1} or bytes {b0, b1, b2, b3}, the lowest first; cores are little-endian. */
#ifndef TC_DSP_H
#define TC_DSP_H

#include "tc_dsp_words.h"

TC_INLINE int32_t tc_wrapping_add(int32_t a, int32_t b)
{
    return (int32_t)((uint32_t)a + (uint32_t)b);
}

/* c + a * b, which wraps, of halves: SMLAxy, where x and y are B (h0) or T (h1). */
#if TC_ACLE
#define TC_HALVES(name, intrinsic, of_a, of_b)                  \
    TC_INLINE int32_t name(uint32_t a, uint32_t b, int32_t c)   \
    {                                                           \
        return intrinsic((int32_t)a, (int32_t)b, c);            \
    }
#else
#define TC_HALVES(name, intrinsic, of_a, of_b)                  \
    TC_INLINE int32_t name(uint32_t a, uint32_t b, int32_t c)   \
    {                                                           \
        return tc_wrapping_add(c, of_a(a) * of_b(b));           \
    }
#endif
TC_HALVES(tc_smlabb, __smlabb, tc_bottom, tc_bottom)
TC_HALVES(tc_smlabt, __smlabt, tc_bottom, tc_top)
TC_HALVES(tc_smlatb, __smlatb, tc_top, tc_bottom)
TC_HALVES(tc_smlatt, __smlatt, tc_top, tc_top)

/* c + a0 b0 + a1 b1, which wraps; a's halves. */
TC_INLINE int32_t tc_smlad(uint32_t a, uint32_t b, int32_t c)
{
#if TC_ACLE
    return __smlad((int16x2_t)a, (int16x2_t)b, c);
#else
    return tc_smlatt(a, b, tc_smlabb(a, b, c));
#endif
}

/* c + a0 b1 - a1 b0, which wraps. */
TC_INLINE int32_t tc_smlsdx(uint32_t a, uint32_t b, int32_t c)
{
#if TC_ACLE
    return __smlsdx((int16x2_t)a, (int16x2_t)b, c);
#else
    return tc_wrapping_add(tc_smlabt(a, b, c), -(tc_top(a) * tc_bottom(b)));
#endif
}

/* c + a0 b0 + a1 b1 in 64 bits. */
TC_INLINE int64_t tc_smlald(uint32_t a, uint32_t b, int64_t c)
{
#if TC_ACLE
    return __smlald((int16x2_t)a, (int16x2_t)b, c);
#else
    return (int64_t)((uint64_t)c + (uint64_t)((int64_t)tc_bottom(a) * tc_bottom(b) + (int64_t)tc_top(a) * tc_top(b)));
#endif
}

/* c + floor(a * half / 2^16), which wraps; the low or the high half of b. */
TC_INLINE int32_t tc_smlawb(int32_t a, uint32_t b, int32_t c)
{
#if TC_ACLE
    return __smlawb(a, (int32_t)b, c);
#else
    return tc_wrapping_add(c, (int32_t)(((int64_t)a * tc_bottom(b)) >> 16));
#endif
}

TC_INLINE int32_t tc_smlawt(int32_t a, uint32_t b, int32_t c)
{
#if TC_ACLE
    return __smlawt(a, (int32_t)b, c);
#else
    return tc_wrapping_add(c, (int32_t)(((int64_t)a * tc_top(b)) >> 16));
#endif
}

/* c + floor(a * b / 2^32), which wraps. */
TC_INLINE int32_t tc_smmla(int32_t a, int32_t b, int32_t c)
{
#if TC_ASM
    int32_t r;
    __asm__("smmla %0, %1, %2, %3" : "=r"(r) : "r"(a), "r"(b), "r"(c));
    return r;
#else
    return tc_wrapping_add(c, (int32_t)(((int64_t)a * b) >> 32));
#endif
}

/* c + a * b / 2^32, rounded to nearest, ties up; the sum wraps. */
TC_INLINE int32_t tc_smmlar(int32_t a, int32_t b, int32_t c)
{
#if TC_ACLE && !defined(TC_NO_ASM)
    int32_t r;
    __asm__("smmlar %0, %1, %2, %3" : "=r"(r) : "r"(a), "r"(b), "r"(c));
    return r;
#else
    const uint64_t before = (uint64_t)(uint32_t)c << 32 | 0x80000000u; /* SMLAL's accumulator */
    return (int32_t)(uint32_t)((before + (uint64_t)((int64_t)a * b)) >> 32);
#endif
}

/* c - a * b / 2^32, rounded likewise. */
TC_INLINE int32_t tc_smmlsr(int32_t a, int32_t b, int32_t c)
{
#if TC_ACLE && !defined(TC_NO_ASM)
    int32_t r;
    __asm__("smmlsr %0, %1, %2, %3" : "=r"(r) : "r"(a), "r"(b), "r"(c));
    return r;
#else
    return tc_wrapping_add(c, (int32_t)((((int64_t)1 << 31) - (int64_t)a * b) >> 32));
#endif
}

/* x saturated to a literal number of bits, with or without sign. */
#if TC_ACLE
#define tc_ssat(x, bits) ((int32_t)__builtin_arm_ssat(x, bits)) /* what __ssat is, which warns of conversions in gcc 12 */
#define tc_usat(x, bits) ((int32_t)__builtin_arm_usat(x, bits))
#else
TC_INLINE int32_t tc_between(int32_t x, int32_t low, int32_t high)
{
    return x < low ? low : x > high ? high : x;
}
#define tc_ssat(x, bits) tc_between(x, -(1 << ((bits) - 1)), (1 << ((bits) - 1)) - 1)
#define tc_usat(x, bits) tc_between(x, 0, (1 << (bits)) - 1)
#endif

#endif
