/* SPDX-License-Identifier: Apache-2.0 */
/* Copying within an arena. Private to the kernels. */
#ifndef TC_COPY_H
#define TC_COPY_H

#include <stdint.h>
#include <string.h>

/* Runs are short, and calls of a C library take longer than their words: cores that load words at any address do so
 * here. Of 8 bytes, which no compiler makes vectors of. Helium's loops end with as many bytes as are left. */
#if defined(__arm__) && !defined(__ARM_FEATURE_UNALIGNED)
#define TC_WORDS_ANYWHERE 0
#else
#define TC_WORDS_ANYWHERE 1
#endif
#if defined(__ARM_FEATURE_MVE) && defined(__GNUC__) && !defined(TC_NO_ASM)
#define TC_VECTORS 1
#else
#define TC_VECTORS 0
#endif

/* Copies `count` bytes upwards. Where an output runs into a dying input it begins before it, and nothing is overwritten
 * that is still to be read. */
static inline void tc_copy(int8_t *out, const int8_t *in, int32_t count)
{
#if TC_VECTORS
    __asm__ volatile("wlstp.8 lr, %2, 2f\n 1: vldrb.u8 q0, [%1], #16\n vstrb.8 q0, [%0], #16\n letp lr, 1b\n 2:"
                     : "+r"(out), "+r"(in)
                     : "r"(count)
                     : "q0", "lr", "memory");
#elif !TC_WORDS_ANYWHERE
    if ((uintptr_t)in - (uintptr_t)out < (uintptr_t)count) {
        memmove(out, in, (size_t)count);
    } else {
        memcpy(out, in, (size_t)count);
    }
#else
    uint64_t a, b;
    uint32_t word;
    uint16_t half;
    const int8_t *const end = in + (count & ~15);
    for (; in != end; in += 16, out += 16) {
        memcpy(&a, in, 8);
        memcpy(&b, in + 8, 8);
        memcpy(out, &a, 8);
        memcpy(out + 8, &b, 8);
    }
    if ((count & 15) == 0) {
        return;
    }
    if (count & 8) {
        memcpy(&a, in, 8);
        memcpy(out, &a, 8);
        in += 8;
        out += 8;
    }
    if (count & 4) {
        memcpy(&word, in, 4);
        memcpy(out, &word, 4);
        in += 4;
        out += 4;
    }
    if (count & 2) {
        memcpy(&half, in, 2);
        memcpy(out, &half, 2);
        in += 2;
        out += 2;
    }
    if (count & 1) {
        *out = *in;
    }
#endif
}

/* `count` bytes of a pattern of 4. */
static inline void tc_repeat(int8_t *out, const uint8_t *pattern, int32_t count)
{
#if TC_VECTORS
    uint32_t four;
    memcpy(&four, pattern, 4);
    __asm__ volatile("vdup.32 q0, %2\n wlstp.8 lr, %1, 2f\n 1: vstrb.8 q0, [%0], #16\n letp lr, 1b\n 2:"
                     : "+r"(out)
                     : "r"(count), "r"(four)
                     : "q0", "lr", "memory");
#elif !TC_WORDS_ANYWHERE
    if (pattern[0] == pattern[1] && pattern[0] == pattern[2] && pattern[0] == pattern[3]) {
        memset(out, pattern[0], (size_t)count);
        return;
    }
#else
    uint32_t word;
    memcpy(&word, pattern, 4);
    const uint64_t twice = (uint64_t)word << 32 | word;
    for (; count >= 16; count -= 16, out += 16) {
        memcpy(out, &twice, 8);
        memcpy(out + 8, &twice, 8);
    }
    for (; count >= 4; count -= 4, out += 4) {
        memcpy(out, &word, 4);
    }
#endif
#if !TC_VECTORS
    for (int32_t i = 0; i < count; i++) {
        out[i] = (int8_t)pattern[i & 3];
    }
#endif
}

#endif
