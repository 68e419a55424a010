/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_AVG_POOL2D_F32_H
#define TC_AVG_POOL2D_F32_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_avg_pool2d_f32 {
    int16_t input_h, input_w;
    int16_t output_h, output_w, channels;
    int16_t kernel_h, kernel_w;
    int16_t stride_h, stride_w;
    int16_t dilation_h, dilation_w;
    int16_t pad_top, pad_left;
    int16_t count_padding; /* 1: divide by all taps, 0: by those inside the input */
    float min, max;
};
/* The mean of each window. */
TC_CODE void tc_avg_pool2d_f32(const struct tc_avg_pool2d_f32 *p, const float *input, float *output);

#ifdef __cplusplus
}
#endif

#endif
