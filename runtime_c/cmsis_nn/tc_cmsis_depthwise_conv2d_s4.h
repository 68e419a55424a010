/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_CMSIS_DEPTHWISE_CONV2D_S4_H
#define TC_CMSIS_DEPTHWISE_CONV2D_S4_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_cmsis_depthwise_conv2d_s4 {
    int16_t input_h, input_w, input_c;
    int16_t output_h, output_w, output_c; /* output_c is a multiple of input_c */
    int16_t kernel_h, kernel_w;
    int16_t stride_h, stride_w;
    int16_t dilation_h, dilation_w;
    int16_t pad_top, pad_left;
    int16_t input_zero_point, output_zero_point;
    int16_t min, max;
    const int8_t *weights;      /* (kernel_h, kernel_w, output_c) */
    const int32_t *bias;        /* (output_c) */
    const int32_t *multipliers; /* (output_c) */
    const int32_t *shifts;      /* (output_c) */
    int32_t scratch_bytes;
};
/* 2-D convolution of each input channel by itself, with output_c / input_c filters each. Weights are int4:
 * two a byte, the first the lower half. scratch may be NULL where scratch_bytes is 0. By Arm's CMSIS-NN,
 * which is not part of TinyCompile. */
TC_CODE void tc_cmsis_depthwise_conv2d_s4(const struct tc_cmsis_depthwise_conv2d_s4 *p, const int8_t *input, int8_t *output,
                                  void *scratch);

#ifdef __cplusplus
}
#endif

#endif
