/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of sums of int8. Private to the kernels. */
#ifndef TC_MVE_SUMS_S8_H
#define TC_MVE_SUMS_S8_H

#include "tc_mve_walk.h"
#include "tinycompile.h"

struct tc_mve_sums_s8 {
    int16_t min, max;
    int32_t factor1, factor2, constant; /* sum = x * factor1 + y * factor2 + constant */
    int32_t shift;                      /* left, which brings outputs into the highest byte of a word */
};

/* Four outputs, in words. */
TC_MVE_INLINE int32x4_t tc_mve_add_four_s8(const void *parameters, int32x4_t x, int32x4_t y)
{
    const struct tc_mve_sums_s8 *p = (const struct tc_mve_sums_s8 *)parameters;
    int32x4_t v = vmlaq_n_s32(vmlasq_n_s32(x, vdupq_n_s32(p->factor1), p->constant), y, p->factor2);
    v = vshrq_n_s32(vqshlq_r_s32(v, p->shift), 24);
    return vminq_s32(vmaxq_s32(v, vdupq_n_s32(p->min)), vdupq_n_s32(p->max));
}

TC_CODE
static void tc_mve_sums_s8(const void *parameters, struct tc_mve_row row)
{
    /* A copy: which bytes that are stored might change, for all C knows. */
    const struct tc_mve_sums_s8 p = *(const struct tc_mve_sums_s8 *)parameters;
    tc_mve_row_of_words(&p, row, tc_mve_add_four_s8);
}

#endif
