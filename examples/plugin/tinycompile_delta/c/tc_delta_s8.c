/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_delta_s8.h"

#include "tc_requantize.h"

void tc_delta_s8(const struct tc_delta_s8 *p, const int8_t *input, int8_t *output)
{
    const int32_t size = p->rows * p->columns;
    for (int32_t image = 0; image < p->images; image++, input += size, output += size) {
        /* The last row first: in place, a row is overwritten when nobody needs it any more. */
        for (int32_t i = size - 1; i >= 0; i--) {
            const int32_t difference = i < p->columns ? 0 : input[i] - input[i - p->columns];
            const int32_t out = tc_requantize(difference, p->multiplier, p->shift) + p->output_zero_point;
            output[i] = (int8_t)tc_clamp(out, p->min, p->max);
        }
    }
}
