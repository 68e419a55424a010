/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_min_max_s16.h"
#include "tc_mve_walk.h"

TC_MVE_INLINE int8x16_t larger(__attribute__((unused)) const void *p, int8x16_t x, int8x16_t y)
{
    return vreinterpretq_s8_s16(vmaxq_s16(vreinterpretq_s16_s8(x), vreinterpretq_s16_s8(y)));
}
TC_MVE_INLINE int8x16_t smaller(__attribute__((unused)) const void *p, int8x16_t x, int8x16_t y)
{
    return vreinterpretq_s8_s16(vminq_s16(vreinterpretq_s16_s8(x), vreinterpretq_s16_s8(y)));
}

TC_MVE_INLINE void make(const void *parameters, struct tc_mve_row row)
{
    const struct tc_mve_min_max_s16 *p = parameters;
    if (p->maximum) {
        tc_mve_row_of_vectors(p, row, 2, larger);
    } else {
        tc_mve_row_of_vectors(p, row, 2, smaller);
    }
}

void tc_mve_min_max_s16(const struct tc_mve_min_max_s16 *p, const int16_t *input1, const int16_t *input2,
                        int16_t *output)
{
    tc_mve_walk(p, p->shape, p->steps1, p->steps2, input1, input2, output, 2, make);
}
