/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MVE_QUANTIZE_F32_S8_H
#define TC_MVE_QUANTIZE_F32_S8_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_mve_quantize_f32_s8 {
    int32_t count;
    int16_t zero_point;
    float high, low;   /* the inverse of the scale is their sum */
    float min, max;    /* of inputs: their outputs are the lowest and the highest */
};
/* To the nearest integer, ties away from zero; what is no number becomes the lowest. */
TC_CODE void tc_mve_quantize_f32_s8(const struct tc_mve_quantize_f32_s8 *p, const float *input, int8_t *output);
TC_CODE void tc_mve_quantize_f32_s8_row(const void *params, const int8_t *const *rows, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
