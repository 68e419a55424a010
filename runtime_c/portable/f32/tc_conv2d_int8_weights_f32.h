/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_CONV2D_INT8_WEIGHTS_F32_H
#define TC_CONV2D_INT8_WEIGHTS_F32_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_conv2d_int8_weights_f32 {
    int16_t input_h, input_w, input_c;
    int16_t output_h, output_w, output_c;
    int16_t kernel_h, kernel_w;
    int16_t stride_h, stride_w;
    int16_t dilation_h, dilation_w;
    int16_t pad_top, pad_left; /* rows and columns of zeros before the input */
    int16_t groups;
    float min, max;
    const int8_t *weights;     /* (output_c, kernel_h, kernel_w, input_c / groups) */
    const float *bias;         /* (output_c) */
    const float *scales;       /* of the weights, (output_c) */
    const int8_t *zero_points; /* of the weights, (output_c) */
};
/* 2-D convolution of any stride, dilation, padding and number of groups; the real weights are
 * (weights - zero_points) scales. */
TC_CODE void tc_conv2d_int8_weights_f32(const struct tc_conv2d_int8_weights_f32 *p, const float *input, float *output);

#ifdef __cplusplus
}
#endif

#endif
