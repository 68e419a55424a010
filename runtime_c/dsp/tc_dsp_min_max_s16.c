/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_dsp_min_max_s16.h"
#include "tc_dsp_pairs.h"

void tc_dsp_min_max_s16(const struct tc_dsp_min_max_s16 *p, const int16_t *input1, const int16_t *input2, int16_t *output)
{
    if (p->maximum) {
        tc_dsp_pair(input1, input2, output, p->shape, p->steps1, p->steps2, 2, tc_max16);
    } else {
        tc_dsp_pair(input1, input2, output, p->shape, p->steps1, p->steps2, 2, tc_min16);
    }
}
