/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_tanh_s16.h"
#include "tc_sigmoid.h"

void tc_tanh_s16(const struct tc_tanh_s16 *p, const int16_t *input, int16_t *output)
{
    for (int32_t i = 0; i < p->count; i++) {
        output[i] = tc_tanh(p->table, tc_sigmoid_argument(input[i], p->multiplier, p->shift));
    }
}
