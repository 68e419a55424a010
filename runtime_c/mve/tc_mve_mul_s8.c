/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_mul_s8.h"
#include "tc_mve_walk.h"

/* Four outputs, in words. Halves of negative products go away from 0: they lose one before they are shifted. */
TC_MVE_INLINE int32x4_t multiply(const void *parameters, int32x4_t x, int32x4_t y)
{
    const struct tc_mve_mul_s8 *p = parameters;
    const int32x4_t v = vmulq_s32(vaddq_n_s32(x, -p->zero_point1), vaddq_n_s32(y, -p->zero_point2));
    const int32x4_t lost = vshrq_n_s32(v, 31);
    int32x4_t r = vaddq_n_s32(vaddq_s32(vqrdmulhq_n_s32(v, p->multiplier), lost), p->constant);
    r = vshlq_r_s32(r, -p->shift);
    return vminq_s32(vmaxq_s32(r, vdupq_n_s32(p->min)), vdupq_n_s32(p->max));
}

TC_CODE
static void make(const void *parameters, struct tc_mve_row row)
{
    /* A copy: which bytes that are stored might change, for all C knows. */
    const struct tc_mve_mul_s8 p = *(const struct tc_mve_mul_s8 *)parameters;
    tc_mve_row_of_words(&p, row, multiply);
}

void tc_mve_mul_s8(const struct tc_mve_mul_s8 *p, const int8_t *input1, const int8_t *input2, int8_t *output)
{
    tc_mve_walk(p, p->shape, p->steps1, p->steps2, input1, input2, output, 1, make);
}

void tc_mve_mul_s8_row(const void *params, const int8_t *const *rows, int8_t *output)
{
    tc_mve_mul_s8(params, rows[0], rows[1], output);
}
