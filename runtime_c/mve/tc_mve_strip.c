/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_strip.h"
#include "tc_copy.h"
#include "tc_mve.h"

/* Whole vectors, whatever comes behind. */
static inline void pad(int8_t *to, int8x16_t zeros, int32_t n)
{
    for (; n > 0; n -= 16, to += 16) {
        vst1q_s8(to, zeros);
    }
}

/* One row, NULL for padding. */
static inline void copy_row(const struct tc_mve_strip *strip, int8_t *to, const int8_t *from, int8x16_t zeros)
{
    const int32_t bytes = strip->bytes, left = strip->before < bytes ? strip->before : bytes;
    const int32_t middle = bytes - left < strip->row ? bytes - left : strip->row;
    if (from == NULL) {
        pad(to, zeros, bytes);
        return;
    }
    pad(to, zeros, left);
    tc_copy(to + left, from, middle);
    pad(to + left + middle, zeros, bytes - left - middle);
}

void tc_mve_copy_rows(const struct tc_mve_strip *strip, int8_t *to, int32_t y, int32_t rows)
{
    const int8x16_t zeros = vdupq_n_s8((int8_t)strip->zero_point);
    for (; rows > 0; rows--, y++, to += strip->bytes) {
        copy_row(strip, to, y >= 0 && y < strip->height ? strip->input + y * strip->row : NULL, zeros);
    }
}

void tc_mve_gather_rows(const struct tc_mve_strip *strip, int8_t *to, const int8_t *const *rows, int32_t count)
{
    const int8x16_t zeros = vdupq_n_s8((int8_t)strip->zero_point);
    for (int32_t i = 0; i < count; i++, to += strip->bytes) {
        copy_row(strip, to, rows[i], zeros);
    }
}
