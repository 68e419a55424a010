/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MVE_DEPTHWISE_CONV2D_S16_H
#define TC_MVE_DEPTHWISE_CONV2D_S16_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_mve_depthwise_conv2d_s16 {
    int16_t input_h, input_w, channels;
    int16_t output_h, output_w;
    int16_t kernel_h, kernel_w;
    int16_t stride_h, stride_w;
    int16_t dilation_h, dilation_w;
    int16_t pad_top, pad_left;
    int16_t min, max;
    int16_t narrow;        /* do sums wrap at 32 bits? else they never leave these */
    const int8_t *weights; /* (kernel_h, kernel_w, channels) */
    const int32_t *words;  /* (blocks of 8 channels, 2 or, if narrow, 3, even and odd, 4): bias, m, shift if narrow */
};
/* 2-D convolution of each channel by itself, for Helium. */
TC_CODE void tc_mve_depthwise_conv2d_s16(const struct tc_mve_depthwise_conv2d_s16 *p, const int16_t *input,
                                         int16_t *output);

#ifdef __cplusplus
}
#endif

#endif
