/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_inverse_root.h"
#include "tc_l2_normalize_s8.h"
#include "tc_requantize.h"

void tc_l2_normalize_s8(const struct tc_l2_normalize_s8 *p, const int8_t *input, int8_t *output)
{
    for (int32_t row = 0; row < p->rows; row++) {
        int32_t sum = 0;
        for (int32_t i = 0; i < p->depth; i++) {
            const int32_t x = input[i] - p->input_zero_point;
            sum += x * x;
        }
        int32_t multiplier;
        const int shift = tc_inverse_root(sum, &multiplier) + 7; /* in steps of 1/128 */
        for (int32_t i = 0; i < p->depth; i++) {
            const int32_t y = tc_requantize(*input++ - p->input_zero_point, multiplier, shift);
            *output++ = (int8_t)tc_clamp(y, -128, 127);
        }
    }
}
