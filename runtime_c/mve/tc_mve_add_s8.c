/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_add_s8.h"
#include "tc_mve_walk.h"

/* Four outputs, in words. */
TC_MVE_INLINE int32x4_t add(const void *parameters, int32x4_t x, int32x4_t y)
{
    const struct tc_mve_add_s8 *p = parameters;
    int32x4_t v = vmlaq_n_s32(vmlasq_n_s32(x, vdupq_n_s32(p->factor1), p->constant), y, p->factor2);
    v = vshrq_n_s32(vqshlq_r_s32(v, p->shift), 24);
    return vminq_s32(vmaxq_s32(v, vdupq_n_s32(p->min)), vdupq_n_s32(p->max));
}

TC_CODE
static void make(const void *parameters, struct tc_mve_row row)
{
    /* A copy: which bytes that are stored might change, for all C knows. */
    const struct tc_mve_add_s8 p = *(const struct tc_mve_add_s8 *)parameters;
    tc_mve_row_of_words(&p, row, add);
}

void tc_mve_add_s8(const struct tc_mve_add_s8 *p, const int8_t *input1, const int8_t *input2, int8_t *output)
{
    tc_mve_walk(p, p->shape, p->steps1, p->steps2, input1, input2, output, 1, make);
}

void tc_mve_add_s8_row(const void *params, const int8_t *const *rows, int8_t *output)
{
    tc_mve_add_s8(params, rows[0], rows[1], output);
}
