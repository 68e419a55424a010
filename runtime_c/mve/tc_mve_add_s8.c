/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_add_s8.h"
#include "tc_broadcast.h"
#include "tc_mve.h"

/* Four outputs, in words. */
TC_MVE_INLINE int32x4_t add(struct tc_mve_add_s8 p, int32x4_t x, int32x4_t y)
{
    int32x4_t v = vmlaq_n_s32(vmlasq_n_s32(x, vdupq_n_s32(p.factor1), p.constant), y, p.factor2);
    v = vshrq_n_s32(vqshlq_r_s32(v, p.shift), 24);
    return vminq_s32(vmaxq_s32(v, vdupq_n_s32(p.min)), vdupq_n_s32(p.max));
}

TC_CODE
static void row(const struct tc_mve_add_s8 *parameters, const int8_t *x, const int8_t *y, int8_t *output)
{
    const struct tc_mve_add_s8 p = *parameters; /* which bytes that are stored might change, for all C knows */
    int32_t left = p.shape[TC_AXES - 1];
    for (int32_t fours = left / 4; fours > 0; fours--, x += 4, y += 4, output += 4) {
        vstrbq_s32(output, add(p, vldrbq_s32(x), vldrbq_s32(y)));
    }
    left %= 4;
    if (left) {
        const mve_pred16_t some = vctp32q((uint32_t)left);
        vstrbq_p_s32(output, add(p, vldrbq_z_s32(x, some), vldrbq_z_s32(y, some)), some);
    }
}

void tc_mve_add_s8(const struct tc_mve_add_s8 *p, const int8_t *input1, const int8_t *input2, int8_t *output)
{
    struct tc_row at = {{0}, 0, 0};
    do {
        row(p, input1 + at.first, input2 + at.second, output);
        output += p->shape[TC_AXES - 1];
    } while (tc_next_row(&at, p->shape, p->steps1, p->steps2));
}
