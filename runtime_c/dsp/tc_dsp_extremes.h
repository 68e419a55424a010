/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes or halves of words that are compared. Private to the kernels for DSP cores. */
#ifndef TC_DSP_EXTREMES_H
#define TC_DSP_EXTREMES_H

#include "tc_dsp.h"

/* The larger or smaller of each pair of signed bytes or halves: SSUB8 or SSUB16, and SEL, which takes its first
 * operand where the difference was not negative. */
#if TC_ACLE && !defined(TC_NO_ASM)
#define TC_EXTREME(name, bits, lanes, relation, first, second)                                          \
    TC_INLINE uint32_t name(uint32_t a, uint32_t b)                                                     \
    {                                                                                                   \
        uint32_t r; /* one block: the flags between the two are nobody else's */                        \
        __asm__("ssub" #bits " %0, %1, %2\n sel %0, %3, %4" : "=&r"(r) : "r"(a), "r"(b), "r"(first), "r"(second) : "cc"); \
        return r;                                                                                       \
    }
#elif TC_ACLE
#define TC_EXTREME(name, bits, lanes, relation, first, second)                                          \
    TC_INLINE uint32_t name(uint32_t a, uint32_t b)                                                     \
    {                                                                                                   \
        (void)__ssub##bits((lanes)a, (lanes)b);                                                         \
        return (uint32_t)__sel((uint8x4_t)first, (uint8x4_t)second);                                    \
    }
#else
#define TC_EXTREME(name, bits, lanes, relation, first, second)                                          \
    TC_INLINE uint32_t name(uint32_t a, uint32_t b)                                                     \
    {                                                                                                   \
        uint32_t r = 0;                                                                                 \
        for (int shift = 0; shift < 32; shift += bits) {                                                \
            const int##bits##_t x = (int##bits##_t)(uint##bits##_t)(a >> shift & UINT##bits##_MAX);     \
            const int##bits##_t y = (int##bits##_t)(uint##bits##_t)(b >> shift & UINT##bits##_MAX);     \
            r |= (uint32_t)(uint##bits##_t)(x relation y ? x : y) << shift;                             \
        }                                                                                               \
        return r;                                                                                       \
    }
#endif
TC_EXTREME(tc_max8, 8, int8x4_t, >, a, b)
TC_EXTREME(tc_min8, 8, int8x4_t, <, b, a)
TC_EXTREME(tc_max16, 16, int16x2_t, >, a, b)
TC_EXTREME(tc_min16, 16, int16x2_t, <, b, a)

/* An element of 1 or 2 bytes, in all lanes of a word. */
TC_INLINE uint32_t tc_in_all_lanes(const void *element, int size)
{
    uint16_t half;
    if (size == 1) {
        return *(const uint8_t *)element * 0x01010101u;
    }
    memcpy(&half, element, sizeof half);
    return half * 0x00010001u;
}

#endif
