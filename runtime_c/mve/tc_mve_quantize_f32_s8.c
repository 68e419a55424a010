/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_quantize_f32_s8.h"
#include "tc_mve.h"

/* Four of them. Nothing compares with what is no number. */
TC_MVE_INLINE int32x4_t quantized(struct tc_mve_quantize_f32_s8 p, float32x4_t x)
{
    x = vpselq_f32(x, vdupq_n_f32(p.min), vcmpgeq_n_f32(x, p.min));
    x = vminnmq_f32(x, vdupq_n_f32(p.max));
    x = vfmaq_n_f32(vmulq_n_f32(x, p.low), x, p.high);
    return vaddq_n_s32(vcvtaq_s32_f32(x), p.zero_point);
}

void tc_mve_quantize_f32_s8(const struct tc_mve_quantize_f32_s8 *parameters, const float *input, int8_t *output)
{
    const struct tc_mve_quantize_f32_s8 p = *parameters; /* which bytes that are stored might change, for all C knows */
    for (int32_t fours = p.count / 4; fours > 0; fours--, input += 4, output += 4) {
        vstrbq_s32(output, quantized(p, vld1q_f32(input)));
    }
    if (p.count % 4) {
        const mve_pred16_t some = vctp32q((uint32_t)p.count % 4);
        vstrbq_p_s32(output, quantized(p, vld1q_z_f32(input, some)), some);
    }
}

void tc_mve_quantize_f32_s8_row(const void *params, const int8_t *const *rows, int8_t *output)
{
    tc_mve_quantize_f32_s8(params, (const float *)(const void *)rows[0], output);
}
