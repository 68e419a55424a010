/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_abs_s16.h"
#include "tc_requantize.h"

void tc_abs_s16(const struct tc_abs_s16 *p, const int16_t *input, int16_t *output)
{
    for (int32_t i = 0; i < p->count; i++) {
        const int32_t size = input[i] < 0 ? -input[i] : input[i];
        output[i] = (int16_t)tc_clamp(tc_requantize(size, p->multiplier, p->shift), p->min, p->max);
    }
}
