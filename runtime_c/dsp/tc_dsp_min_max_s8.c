/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_dsp_min_max_s8.h"
#include "tc_dsp_pairs.h"

TC_INLINE uint32_t larger(const void *constants, uint32_t a, uint32_t b)
{
    (void)constants;
    return tc_max8(a, b);
}

TC_INLINE uint32_t smaller(const void *constants, uint32_t a, uint32_t b)
{
    (void)constants;
    return tc_min8(a, b);
}

void tc_dsp_min_max_s8(const struct tc_dsp_min_max_s8 *p, const int8_t *input1, const int8_t *input2, int8_t *output)
{
    if (p->maximum) {
        (void)tc_dsp_pair(input1, input2, output, p->shape, p->steps1, p->steps2, 1, 1, larger, NULL);
    } else {
        (void)tc_dsp_pair(input1, input2, output, p->shape, p->steps1, p->steps2, 1, 1, smaller, NULL);
    }
}

void tc_dsp_min_max_s8_row(const void *params, const int8_t *const *rows, int8_t *output)
{
    tc_dsp_min_max_s8(params, rows[0], rows[1], output);
}
