/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_strip.h"
#include "tc_mve.h"

/* Whole vectors, whatever comes behind. */
static inline void pad(int8_t *to, int8x16_t zeros, int32_t n)
{
    for (; n > 0; n -= 16, to += 16) {
        vst1q_s8(to, zeros);
    }
}

void tc_mve_copy_rows(const struct tc_mve_strip *strip, int8_t *to, int32_t y, int32_t rows)
{
    const int8x16_t zeros = vdupq_n_s8((int8_t)strip->zero_point);
    const int32_t bytes = strip->bytes, left = strip->before < bytes ? strip->before : bytes;
    const int32_t middle = bytes - left < strip->row ? bytes - left : strip->row;
    const int8_t *from = strip->input + (y < 0 ? 0 : y * strip->row);
    for (; rows > 0; rows--, y++, to += bytes) {
        if (y < 0 || y >= strip->height) {
            pad(to, zeros, bytes);
            continue;
        }
        pad(to, zeros, left);
        tc_mve_copy(to + left, from, middle);
        pad(to + left + middle, zeros, bytes - left - middle);
        from += strip->row;
    }
}
