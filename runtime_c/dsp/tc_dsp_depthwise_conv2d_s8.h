/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_DSP_DEPTHWISE_CONV2D_S8_H
#define TC_DSP_DEPTHWISE_CONV2D_S8_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Rows and columns are the image's or, where that is faster, its columns and rows: steps say which. */
struct tc_dsp_depthwise_conv2d_s8 {
    int16_t input_h, input_w, input_c;
    int16_t output_h, output_w, filters; /* of each input channel */
    int16_t kernel_h, kernel_w;
    int16_t stride_h, stride_w;
    int16_t dilation_h, dilation_w;
    int16_t pad_top, pad_left;
    int16_t input_zero_point, output_zero_point;
    int16_t min, max;
    int16_t band;      /* rows of the output that are computed at a time */
    int16_t plane_row; /* bytes of a row in a plane: what the output's columns need, 3 more, and up to a multiple of 4 */
    int32_t input_step, input_line, output_step, output_line; /* bytes from column to column and from row to row */
    const int8_t *weights;      /* (channels, kernel_h, kernel_w), and 3 bytes more */
    const int32_t *bias;        /* (channels), the input's zero point times the weights taken off */
    const int32_t *multipliers; /* (channels) */
    const int8_t *shifts;       /* (channels), to the right, 1 to 23 */
};
/* 2-D convolution of each channel by itself. scratch: four planes of the rows that a band needs, then weights as words. */
TC_CODE void tc_dsp_depthwise_conv2d_s8(const struct tc_dsp_depthwise_conv2d_s8 *p, const int8_t *input, int8_t *output,
                                        void *scratch);

#ifdef __cplusplus
}
#endif

#endif
