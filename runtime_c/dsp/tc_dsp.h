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

#include <stdint.h>
#include <string.h>

#include "tc_row_scratch.h"
#include "tinycompile.h"

#if defined(__ARM_FEATURE_DSP)
#include <arm_acle.h>
#define TC_ACLE 1
#else
#define TC_ACLE 0
#endif

#if TC_ACLE && !defined(__clang__) && !defined(TC_NO_ASM)
#define TC_ASM 1
#else
#define TC_ASM 0
#endif

/* Functions written whole in assembly have it: there all registers are theirs. They read words at any address, so
 * firmware that traps that (CCR.UNALIGN_TRP), built with -mno-unaligned-access, takes their twins in C. */
#if TC_ACLE && defined(__thumb2__) && defined(__ARM_FEATURE_UNALIGNED) && !defined(TC_NO_ASM)
#if defined(__clang__)
#define TC_NAKED __attribute__((naked, noinline))
#else
#define TC_NAKED __attribute__((naked, noipa))
#endif
#define TC_UNUSED __attribute__((unused))
#endif

#define TC_APART TC_CODE __attribute__((noinline, unused)) /* what would take registers from its caller, or lie there twice */
#define TC_INLINE static inline __attribute__((always_inline))

/* Before a loop; without optimisation there is nothing to unroll, and gcc may warn. */
#ifdef __OPTIMIZE__
#define TC_PRAGMA(words) _Pragma(#words)
#define TC_UNROLL(times) TC_PRAGMA(GCC unroll times)
#else
#define TC_UNROLL(times)
#endif

/* A word at any address: one LDR or STR. */
TC_INLINE uint32_t tc_load32(const void *from)
{
    uint32_t word;
    memcpy(&word, from, sizeof word);
    return word;
}

TC_INLINE void tc_store32(void *to, uint32_t word)
{
    memcpy(to, &word, sizeof word);
}

/* `bytes` of a word, or up to 15 more. */
TC_INLINE void tc_fill32(void *memory, int32_t bytes, uint32_t word)
{
    for (int8_t *to = (int8_t *)memory; bytes > 0; bytes -= 16, to += 16) {
        tc_store32(to, word);
        tc_store32(to + 4, word);
        tc_store32(to + 8, word);
        tc_store32(to + 12, word);
    }
}

TC_INLINE int32_t tc_least(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

TC_INLINE uint32_t tc_ror8(uint32_t x)
{
    return x >> 8 | x << 24;
}

TC_INLINE int32_t tc_bottom(uint32_t x)
{
    return (int16_t)(x & 0xffffu);
}

TC_INLINE int32_t tc_top(uint32_t x)
{
    return (int16_t)(x >> 16);
}

/* {low half of a, low half of b}. */
TC_INLINE uint32_t tc_pkhbt(uint32_t a, uint32_t b)
{
#if TC_ASM
    uint32_t r;
    __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(r) : "r"(a), "r"(b));
    return r;
#else
    return (a & 0xffffu) | b << 16;
#endif
}

/* {high half of a, high half of b}. */
TC_INLINE uint32_t tc_pkhtb(uint32_t a, uint32_t b)
{
#if TC_ASM
    uint32_t r;
    __asm__("pkhtb %0, %1, %2, asr #16" : "=r"(r) : "r"(b), "r"(a));
    return r;
#else
    return a >> 16 | (b & 0xffff0000u);
#endif
}

/* {b0, b2}, unsigned: one AND where no UXTB16. */
TC_INLINE uint32_t tc_uxtb16(uint32_t x)
{
    return x & 0x00ff00ffu;
}

/* {b1, b3}, unsigned. */
TC_INLINE uint32_t tc_uxtb16_ror8(uint32_t x)
{
#if TC_ASM
    uint32_t r;
    __asm__("uxtb16 %0, %1, ror #8" : "=r"(r) : "r"(x));
    return r;
#else
    return x >> 8 & 0x00ff00ffu;
#endif
}

/* {b0, b2}, signed. */
TC_INLINE uint32_t tc_sxtb16(uint32_t x)
{
#if TC_ACLE
    return (uint32_t)__sxtb16((int8x4_t)x);
#else
    return (uint16_t)(int8_t)(x & 0xffu) | (uint32_t)(int8_t)(x >> 16 & 0xffu) << 16;
#endif
}

/* {b1, b3}, signed. */
TC_INLINE uint32_t tc_sxtb16_ror8(uint32_t x)
{
#if TC_ASM
    uint32_t r;
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(r) : "r"(x));
    return r;
#else
    return tc_sxtb16(tc_ror8(x));
#endif
}

/* Halves by themselves: a + b, a - b, which wrap. */
TC_INLINE uint32_t tc_sadd16(uint32_t a, uint32_t b)
{
#if TC_ACLE
    return (uint32_t)__sadd16((int16x2_t)a, (int16x2_t)b);
#else
    return ((a + b) & 0xffffu) | ((a >> 16) + (b >> 16)) << 16;
#endif
}

TC_INLINE uint32_t tc_ssub16(uint32_t a, uint32_t b)
{
#if TC_ACLE
    return (uint32_t)__ssub16((int16x2_t)a, (int16x2_t)b);
#else
    return ((a - b) & 0xffffu) | ((a >> 16) - (b >> 16)) << 16;
#endif
}

/* {h0 + b0, h1 + b2} of halves in a and signed bytes in b. */
TC_INLINE uint32_t tc_sxtab16(uint32_t a, uint32_t b)
{
#if TC_ACLE
    return (uint32_t)__sxtab16((int16x2_t)a, (int8x4_t)b);
#else
    return tc_sadd16(a, tc_sxtb16(b));
#endif
}

/* {h0 + b1, h1 + b3}. */
TC_INLINE uint32_t tc_sxtab16_ror8(uint32_t a, uint32_t b)
{
#if TC_ASM
    uint32_t r;
    __asm__("sxtab16 %0, %1, %2, ror #8" : "=r"(r) : "r"(a), "r"(b));
    return r;
#else
    return tc_sxtab16(a, tc_ror8(b));
#endif
}

/* c + a * b, which wraps, of halves: SMLAxy, where x and y are B (h0) or T (h1). */
TC_INLINE int32_t tc_wrapping_add(int32_t a, int32_t b)
{
    return (int32_t)((uint32_t)a + (uint32_t)b);
}

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

/* The same, crosswise: c + a0 b1 + a1 b0. */
TC_INLINE int32_t tc_smladx(uint32_t a, uint32_t b, int32_t c)
{
#if TC_ACLE
    return __smladx((int16x2_t)a, (int16x2_t)b, c);
#else
    return tc_smlatb(a, b, tc_smlabt(a, b, c));
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
