/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_CONV2D_F32_H
#define TC_CONV2D_F32_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_conv2d_f32 {
    int16_t input_h, input_w, input_c;
    int16_t output_h, output_w, output_c;
    int16_t kernel_h, kernel_w;
    int16_t stride_h, stride_w;
    int16_t dilation_h, dilation_w;
    int16_t pad_top, pad_left; /* rows and columns of zeros before the input */
    int16_t groups;
    float min, max;
    const float *weights; /* (output_c, kernel_h, kernel_w, input_c / groups) */
    const float *bias;    /* (output_c) */
};
/* 2-D convolution of any stride, dilation, padding and number of groups. */
TC_CODE void tc_conv2d_f32(const struct tc_conv2d_f32 *p, const float *input, float *output);

#ifdef __cplusplus
}
#endif

#endif
