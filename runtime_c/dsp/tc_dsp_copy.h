/* SPDX-License-Identifier: Apache-2.0 */
/* Values into scratch, a word at a time, their even bytes made unsigned on the way. Private to convolutions. */
#ifndef TC_DSP_COPY_H
#define TC_DSP_COPY_H

#include "tc_dsp.h"

/* Turns the sign of even bytes; which are even counts from where words of the scratch begin. */
#define TC_DSP_EVEN 0x00800080u

/* `flip` of words at an address `by` bytes on. */
TC_INLINE uint32_t tc_dsp_flip_on(uint32_t flip, int32_t by)
{
    return by & 1 ? tc_ror8(flip) : flip;
}

TC_INLINE void tc_dsp_store_few(int8_t *to, uint32_t word, int32_t count)
{
    for (int32_t i = 0; i < count; i++, word >>= 8) {
        to[i] = (int8_t)(uint8_t)(word & 0xffu);
    }
}

/* `count` bytes; `flip` is that of a word at the first. */
TC_INLINE void tc_dsp_copy(int8_t *to, const int8_t *from, int32_t count, uint32_t flip)
{
    if (count < 4) {
        for (int32_t i = 0; i < count; i++, flip >>= 8) {
            to[i] = (int8_t)(uint8_t)((uint8_t)from[i] ^ (flip & 0xffu));
        }
        return;
    }
    const int8_t *const end = from + (count & ~3);
    for (; end - from >= 12; from += 12, to += 12) {
        const uint32_t v0 = tc_load32(from), v1 = tc_load32(from + 4), v2 = tc_load32(from + 8);
        tc_store32(to, v0 ^ flip), tc_store32(to + 4, v1 ^ flip), tc_store32(to + 8, v2 ^ flip);
    }
    for (; from != end; from += 4, to += 4) {
        tc_store32(to, tc_load32(from) ^ flip);
    }
    if (count & 3) { /* the last word overlaps the one before it */
        const int32_t back = (count & 3) - 4;
        tc_store32(to + back, tc_load32(from + back) ^ tc_dsp_flip_on(flip, back));
    }
}

/* `count` bytes of `value`. */
TC_INLINE void tc_dsp_fill(int8_t *to, int32_t value, int32_t count, uint32_t flip)
{
    const uint32_t word = ((uint32_t)value & 0xffu) * 0x01010101u ^ flip;
    for (int8_t *end = to + (count & ~3); to != end; to += 4) {
        tc_store32(to, word);
    }
    tc_dsp_store_few(to, word, count & 3);
}

#endif
