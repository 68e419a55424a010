/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MVE_DEPTHWISE_CONV2D_ROW_S8_H
#define TC_MVE_DEPTHWISE_CONV2D_ROW_S8_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_mve_depthwise_conv2d_row_s8 {
    int16_t input_h, input_w, channels; /* columns may stand for rows and rows for columns */
    int16_t output_h, output_w;
    int16_t stride_h;
    int16_t pad_top, pad_left;
    int32_t input_row, input_column; /* bytes from one to the next */
    int32_t output_row, output_column;
    int16_t input_zero_point, output_zero_point;
    int16_t min, max;
    int32_t scale, shift;  /* of the short requantisation; scale is 0 for the general one: tc_mve_dense.h */
    const int8_t *weights; /* (channels, taps), 16 bytes each, of which 3 are 0, behind 4 bytes that are 0 */
    const int32_t *words;  /* (channels, 2 or 3): b, m or bias, m, shift */
};
/* 2-D convolution of each channel by itself, with a kernel of one row of up to 13 taps, for Helium. */
TC_CODE void tc_mve_depthwise_conv2d_row_s8(const struct tc_mve_depthwise_conv2d_row_s8 *p, const int8_t *input,
                                            int8_t *output, void *scratch);
TC_CODE void tc_mve_depthwise_conv2d_row_s8_row(const void *params, const int8_t *const *rows, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
