/* SPDX-License-Identifier: Apache-2.0 */
/* Bounds of outputs that are narrower than their type's, which kernels keep by themselves. Private to them. */
#ifndef TC_DSP_CLAMP_H
#define TC_DSP_CLAMP_H

#include "tc_dsp_extremes.h"

/* The word at y, of elements of a size, between two. */
TC_INLINE uint32_t tc_dsp_clamped(uint32_t word, int size, uint32_t low, uint32_t high)
{
    return size == 1 ? tc_min8(tc_max8(word, low), high) : tc_min16(tc_max16(word, low), high);
}

TC_INLINE void tc_dsp_clamp_words(int8_t *y, int32_t bytes, int size, uint32_t low, uint32_t high)
{
    for (; bytes >= 4; bytes -= 4, y += 4) {
        tc_store32(y, tc_dsp_clamped(tc_load32(y), size, low, high));
    }
    for (; bytes > 0; bytes -= size, y += size) {
        const uint32_t word = tc_dsp_clamped(tc_in_all_lanes(y, size), size, low, high);
        memcpy(y, &word, (size_t)size);
    }
}

static inline void tc_dsp_clamp(int8_t *y, int32_t count, int32_t low, int32_t high)
{
    if (low != INT8_MIN || high != INT8_MAX) {
        tc_dsp_clamp_words(y, count, 1, ((uint32_t)low & 0xffu) * 0x01010101u, ((uint32_t)high & 0xffu) * 0x01010101u);
    }
}

static inline void tc_dsp_clamp_s16(int16_t *y, int32_t count, int32_t low, int32_t high)
{
    if (low != INT16_MIN || high != INT16_MAX) {
        tc_dsp_clamp_words((int8_t *)y, 2 * count, 2, ((uint32_t)low & 0xffffu) * 0x00010001u,
                           ((uint32_t)high & 0xffffu) * 0x00010001u);
    }
}

#endif
