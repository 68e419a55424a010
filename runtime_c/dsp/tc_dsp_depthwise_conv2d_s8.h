/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_DSP_DEPTHWISE_CONV2D_S8_H
#define TC_DSP_DEPTHWISE_CONV2D_S8_H

#include "tc_dsp_taps.h"
#include "tc_dsp_widen.h"
#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Rows and columns are the image's or, where that is faster, its columns and rows: steps say which. */
struct tc_dsp_depthwise_conv2d_s8 {
    int16_t input_h, input_w, input_c;
    int16_t output_h, output_w, output_c; /* output_c is a multiple of input_c, 4 or more */
    int16_t kernel_h, kernel_w;
    int16_t pairs; /* that a row of the window takes */
    int16_t stride_h, stride_w;
    int16_t dilation_h, dilation_w; /* the second is 1 where stride_w is not */
    int16_t pad_top, pad_left;
    int16_t input_zero_point, output_zero_point;
    int16_t min, max;
    int16_t band;      /* rows of the output that are computed at a time */
    int16_t row_pairs; /* of pixels, that a row of results needs */
    int32_t input_step, input_line, output_step, output_line; /* bytes from column to column and from row to row */
    tc_dsp_taps *taps;          /* of kernel_h and pairs */
    tc_dsp_widen *widen;        /* of weights of 4 bits; NULL where they have 8 */
    const int8_t *weights;      /* (kernel_h, kernel_w, output_c); of 4 bits those of channels 0-3, 4-7, ..., the last four */
    const int32_t *bias;        /* (output_c), the input's zero point times the weights taken off */
    const int32_t *multipliers; /* (output_c) */
    const int8_t *shifts;       /* (output_c), to the right, 1 to 23 */
};
/* 2-D convolution of each input channel by itself, with output_c / input_c filters each. scratch: 16 * kernel_h * pairs
 * bytes, TC_DSP_WIDENED words where weights have 4 bits, then 16 * row_pairs for each row of input that a band needs. */
TC_CODE void tc_dsp_depthwise_conv2d_s8(const struct tc_dsp_depthwise_conv2d_s8 *p, const int8_t *input, int8_t *output,
                                        void *scratch);

#ifdef __cplusplus
}
#endif

#endif
