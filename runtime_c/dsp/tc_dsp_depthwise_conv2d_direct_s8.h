/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_DSP_DEPTHWISE_CONV2D_DIRECT_S8_H
#define TC_DSP_DEPTHWISE_CONV2D_DIRECT_S8_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_dsp_depthwise_conv2d_direct_s8 {
    int16_t input_h, input_w, input_c;
    int16_t output_h, output_w, output_c; /* output_c is input_c, 4 or more */
    int16_t kernel_h, kernel_w;
    int16_t stride_h, stride_w;
    int16_t dilation_h, dilation_w;
    int16_t pad_top, pad_left;
    int16_t input_zero_point, output_zero_point;
    int16_t min, max;
    const int8_t *weights;      /* (kernel_h, kernel_w, output_c) */
    const int32_t *bias;        /* (output_c) */
    const int32_t *multipliers; /* (output_c) */
    const int8_t *shifts;       /* (output_c) */
};
/* 2-D convolution of each channel by itself, of few pixels or of any factors, for cores with the DSP extension. */
TC_CODE void tc_dsp_depthwise_conv2d_direct_s8(const struct tc_dsp_depthwise_conv2d_direct_s8 *p, const int8_t *input,
                                               int8_t *output);
TC_CODE void tc_dsp_depthwise_conv2d_direct_s8_row(const void *params, const int8_t *const *rows, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
