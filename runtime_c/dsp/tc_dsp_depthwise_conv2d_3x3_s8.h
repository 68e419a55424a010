/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_DSP_DEPTHWISE_CONV2D_3X3_S8_H
#define TC_DSP_DEPTHWISE_CONV2D_3X3_S8_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Rows and columns are the image's or, where that is faster, its columns and rows: steps say which. */
struct tc_dsp_depthwise_conv2d_3x3_s8 {
    int16_t input_h, input_w, channels; /* channels: 4 or more */
    int16_t output_h, output_w;         /* output_w: 2 or more */
    int16_t stride;                     /* 1 or 2 */
    int16_t pad_top, pad_left;
    int16_t input_zero_point;
    int16_t min, max; /* min is the output's zero point or above */
    int16_t band, strip; /* rows and columns of the output that are computed at a time; strip * stride is at most 30 */
    int16_t exact_count;
    int32_t input_step, input_line, output_step, output_line; /* bytes from column to column and from row to row */
    const int8_t *taps;   /* (channels, 10): w00 w10 w02 w12, w20 w01 w22 w11, w21, s: weights count 2^s times */
    const int32_t *leave; /* (channels, 3): bias, m, c: results are ssat8(((bias + sum) * m / 2^32 + c) >> 12) */
    const int32_t *exact; /* (exact_count, 5): channel, bias, multiplier, shift to the right, (2 * zero point of the output + 1) *
                           * 2^(shift - 1), of those with no such m and c */
};
/* 2-D convolution of each channel by itself, with ReLU. scratch: 128 bytes for each row of input that a band
 * needs, and 60. */
TC_CODE void tc_dsp_depthwise_conv2d_3x3_s8(const struct tc_dsp_depthwise_conv2d_3x3_s8 *p, const int8_t *input,
                                    int8_t *output, void *scratch);
TC_CODE void tc_dsp_depthwise_conv2d_3x3_s8_row(const void *params, const int8_t *const *rows, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
