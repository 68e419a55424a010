/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_dequantize_s8_f32.h"
#include "tc_mve.h"

/* Four of them. */
TC_MVE_INLINE float32x4_t real(struct tc_mve_dequantize_s8_f32 p, int32x4_t x)
{
    return vmulq_n_f32(vcvtq_f32_s32(vaddq_n_s32(x, -p.zero_point)), p.scale);
}

void tc_mve_dequantize_s8_f32(const struct tc_mve_dequantize_s8_f32 *parameters, const int8_t *input, float *output)
{
    const struct tc_mve_dequantize_s8_f32 p = *parameters;
    for (int32_t fours = p.count / 4; fours > 0; fours--, input += 4, output += 4) {
        vst1q_f32(output, real(p, vldrbq_s32(input)));
    }
    if (p.count % 4) {
        const mve_pred16_t some = vctp32q((uint32_t)p.count % 4);
        vst1q_p_f32(output, real(p, vldrbq_z_s32(input, some)), some);
    }
}

void tc_mve_dequantize_s8_f32_row(const void *params, const int8_t *const *rows, int8_t *output)
{
    tc_mve_dequantize_s8_f32(params, rows[0], (float *)(void *)output);
}
