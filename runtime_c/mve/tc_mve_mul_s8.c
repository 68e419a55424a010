/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_mul_s8.h"
#include "tc_broadcast.h"
#include "tc_mve.h"

/* Four outputs, in words. Halves of negative products go away from 0: they lose one before they are shifted. */
TC_MVE_INLINE int32x4_t multiply(struct tc_mve_mul_s8 p, int32x4_t x, int32x4_t y)
{
    const int32x4_t v = vmulq_s32(vaddq_n_s32(x, -p.zero_point1), vaddq_n_s32(y, -p.zero_point2));
    const int32x4_t lost = vshrq_n_s32(v, 31);
    int32x4_t r = vaddq_n_s32(vaddq_s32(vqrdmulhq_n_s32(v, p.multiplier), lost), p.constant);
    r = vshlq_r_s32(r, -p.shift);
    return vminq_s32(vmaxq_s32(r, vdupq_n_s32(p.min)), vdupq_n_s32(p.max));
}

TC_CODE
static void row(const struct tc_mve_mul_s8 *parameters, const int8_t *x, const int8_t *y, int8_t *output)
{
    const struct tc_mve_mul_s8 p = *parameters; /* which bytes that are stored might change, for all C knows */
    int32_t left = p.shape[TC_AXES - 1];
    for (int32_t fours = left / 4; fours > 0; fours--, x += 4, y += 4, output += 4) {
        vstrbq_s32(output, multiply(p, vldrbq_s32(x), vldrbq_s32(y)));
    }
    left %= 4;
    if (left) {
        const mve_pred16_t some = vctp32q((uint32_t)left);
        vstrbq_p_s32(output, multiply(p, vldrbq_z_s32(x, some), vldrbq_z_s32(y, some)), some);
    }
}

void tc_mve_mul_s8(const struct tc_mve_mul_s8 *p, const int8_t *input1, const int8_t *input2, int8_t *output)
{
    struct tc_row at = {{0}, 0, 0};
    do {
        row(p, input1 + at.first, input2 + at.second, output);
        output += p->shape[TC_AXES - 1];
    } while (tc_next_row(&at, p->shape, p->steps1, p->steps2));
}
