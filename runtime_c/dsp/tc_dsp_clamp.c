/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_dsp_clamp.h"
#include "tc_dsp_extremes.h"

/* Elements of a size, between two, a word at a time. */
TC_INLINE uint32_t clamped(uint32_t word, int size, uint32_t low, uint32_t high)
{
    return size == 1 ? tc_min8(tc_max8(word, low), high) : tc_min16(tc_max16(word, low), high);
}

TC_INLINE void clamp(int8_t *y, int32_t bytes, int size, uint32_t low, uint32_t high)
{
    for (; bytes >= 4; bytes -= 4, y += 4) {
        tc_store32(y, clamped(tc_load32(y), size, low, high));
    }
    for (; bytes > 0; bytes -= size, y += size) {
        const uint32_t word = clamped(tc_in_all_lanes(y, size), size, low, high);
        memcpy(y, &word, (size_t)size);
    }
}

void tc_dsp_clamp(int8_t *y, int32_t count, int32_t low, int32_t high)
{
    if (low != INT8_MIN || high != INT8_MAX) {
        clamp(y, count, 1, ((uint32_t)low & 0xffu) * 0x01010101u, ((uint32_t)high & 0xffu) * 0x01010101u);
    }
}

void tc_dsp_clamp_s16(int16_t *y, int32_t count, int32_t low, int32_t high)
{
    if (low != INT16_MIN || high != INT16_MAX) {
        clamp((int8_t *)y, 2 * count, 2, ((uint32_t)low & 0xffffu) * 0x00010001u, ((uint32_t)high & 0xffffu) * 0x00010001u);
    }
}
