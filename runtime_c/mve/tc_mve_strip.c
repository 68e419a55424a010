/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_strip.h"
#include "tc_mve.h"

void tc_mve_copy_rows(const struct tc_mve_strip *strip, int8_t *to, int32_t y, int32_t rows)
{
    const int32_t bytes = strip->bytes, left = strip->before < bytes ? strip->before : bytes;
    const int32_t middle = bytes - left < strip->row ? bytes - left : strip->row;
    const int8_t *from = strip->input + (y < 0 ? 0 : y * strip->row);
    for (; rows > 0; rows--, y++, to += bytes) {
        if (y < 0 || y >= strip->height) {
            tc_mve_fill(to, strip->zero_point, bytes);
            continue;
        }
        tc_mve_fill(to, strip->zero_point, left);
        tc_mve_copy(to + left, from, middle);
        tc_mve_fill(to + left + middle, strip->zero_point, bytes - left - middle);
        from += strip->row;
    }
}
