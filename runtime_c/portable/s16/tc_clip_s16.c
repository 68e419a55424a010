/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_clip_s16.h"
#include "tc_requantize.h"

void tc_clip_s16(const struct tc_clip_s16 *p, const int16_t *input, int16_t *output)
{
    for (int32_t i = 0; i < p->count; i++) {
        output[i] = (int16_t)tc_clamp(input[i], p->min, p->max);
    }
}
