/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MVE_DEPTHWISE_CONV2D_S8_H
#define TC_MVE_DEPTHWISE_CONV2D_S8_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_mve_depthwise_conv2d_s8 {
    int16_t input_h, input_w, channels;
    int16_t output_h, output_w;
    int16_t kernel_h, kernel_w;
    int16_t stride_h, stride_w;
    int16_t dilation_h, dilation_w;
    int16_t pad_top, pad_left;
    int16_t input_zero_point, output_zero_point;
    int16_t min, max;
    int16_t inside;        /* 1: no window has padding, and the input is read where it lies; of 16 channels or more */
    int16_t widen;         /* 1: weights have 4 bits, and become bytes in scratch */
    int32_t scale, shift;  /* of the short requantisation; scale is 0 for the general one: tc_mve_dense.h */
    /* (blocks of 16 channels, the last one the last 16, taps, rounded up to even), 16 bytes each, -127 to 127, or, with
     * `widen`, as tc_mve_widen.h has it */
    const int8_t *weights;
    const int32_t *words;  /* (blocks, 0 to 3, 2 or 3, 4) of channels i, i + 4, i + 8, i + 12: b, m or bias, m, shift */
};
/* 2-D convolution of each channel by itself, for Helium. */
TC_CODE void tc_mve_depthwise_conv2d_s8(const struct tc_mve_depthwise_conv2d_s8 *p, const int8_t *input, int8_t *output,
                                        void *scratch);
TC_CODE void tc_mve_depthwise_conv2d_s8_row(const void *params, const int8_t *const *rows, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
