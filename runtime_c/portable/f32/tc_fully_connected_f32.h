/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_FULLY_CONNECTED_F32_H
#define TC_FULLY_CONNECTED_F32_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_fully_connected_f32 {
    int32_t rows, input_n, output_n;
    float min, max;
    const float *weights; /* (output_n, input_n) */
    const float *bias;    /* (output_n) */
};
/* output (rows, output_n) = input (rows, input_n) weights + bias. */
TC_CODE void tc_fully_connected_f32(const struct tc_fully_connected_f32 *p, const float *input, float *output);

#ifdef __cplusplus
}
#endif

#endif
