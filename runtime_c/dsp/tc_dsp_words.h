/* SPDX-License-Identifier: Apache-2.0 */
/* Of tc_dsp.h: what the compiler has, words in memory, their halves and bytes. */
#ifndef TC_DSP_WORDS_H
#define TC_DSP_WORDS_H

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

#endif
