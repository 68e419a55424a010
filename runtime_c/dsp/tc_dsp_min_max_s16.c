/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_dsp_min_max_s16.h"
#include "tc_dsp_pairs.h"

TC_INLINE uint32_t larger(const void *constants, uint32_t a, uint32_t b)
{
    (void)constants;
    return tc_max16(a, b);
}

TC_INLINE uint32_t smaller(const void *constants, uint32_t a, uint32_t b)
{
    (void)constants;
    return tc_min16(a, b);
}

void tc_dsp_min_max_s16(const struct tc_dsp_min_max_s16 *p, const int16_t *input1, const int16_t *input2, int16_t *output)
{
    if (p->maximum) {
        (void)tc_dsp_pair(input1, input2, output, p->shape, p->steps1, p->steps2, 2, 1, larger, NULL);
    } else {
        (void)tc_dsp_pair(input1, input2, output, p->shape, p->steps1, p->steps2, 2, 1, smaller, NULL);
    }
}
