/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_dsp_min_max_s8.h"
#include "tc_dsp_pairs.h"

void tc_dsp_min_max_s8(const struct tc_dsp_min_max_s8 *p, const int8_t *input1, const int8_t *input2, int8_t *output)
{
    if (p->maximum) {
        tc_dsp_pair(input1, input2, output, p->shape, p->steps1, p->steps2, 1, tc_max8);
    } else {
        tc_dsp_pair(input1, input2, output, p->shape, p->steps1, p->steps2, 1, tc_min8);
    }
}

void tc_dsp_min_max_s8_row(const void *params, const int8_t *const *rows, int8_t *output)
{
    tc_dsp_min_max_s8(params, rows[0], rows[1], output);
}
