/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_DEQUANTIZE_S16_F32_H
#define TC_DEQUANTIZE_S16_F32_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_dequantize_s16_f32 {
    int32_t count;
    float scale;
};
/* real = scale * q. */
TC_CODE void tc_dequantize_s16_f32(const struct tc_dequantize_s16_f32 *p, const int16_t *input, float *output);

#ifdef __cplusplus
}
#endif

#endif
