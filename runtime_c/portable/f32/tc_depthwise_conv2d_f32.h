/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_DEPTHWISE_CONV2D_F32_H
#define TC_DEPTHWISE_CONV2D_F32_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_depthwise_conv2d_f32 {
    int16_t input_h, input_w, input_c;
    int16_t output_h, output_w, output_c; /* output_c is a multiple of input_c */
    int16_t kernel_h, kernel_w;
    int16_t stride_h, stride_w;
    int16_t dilation_h, dilation_w;
    int16_t pad_top, pad_left;
    float min, max;
    const float *weights; /* (kernel_h, kernel_w, output_c) */
    const float *bias;    /* (output_c) */
};
/* 2-D convolution of each input channel by itself, with output_c / input_c filters each. */
TC_CODE void tc_depthwise_conv2d_f32(const struct tc_depthwise_conv2d_f32 *p, const float *input, float *output);

#ifdef __cplusplus
}
#endif

#endif
