/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MVE_DEQUANTIZE_S8_F32_H
#define TC_MVE_DEQUANTIZE_S8_F32_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_mve_dequantize_s8_f32 {
    int32_t count;
    float scale;
    int16_t zero_point;
};
/* real = scale * (q - zero_point). */
TC_CODE void tc_mve_dequantize_s8_f32(const struct tc_mve_dequantize_s8_f32 *p, const int8_t *input, float *output);
TC_CODE void tc_mve_dequantize_s8_f32_row(const void *params, const int8_t *const *rows, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
