/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_QUANTIZE_F32_S8_H
#define TC_QUANTIZE_F32_S8_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_quantize_f32_s8 {
    int32_t count;
    float scale;
    int16_t zero_point;
    int16_t min, max;
};
/* To the nearest integer, ties away from zero. */
TC_CODE void tc_quantize_f32_s8(const struct tc_quantize_f32_s8 *p, const float *input, int8_t *output);
TC_CODE void tc_quantize_f32_s8_row(const void *params, const int8_t *const *rows, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
