/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MVE_DEPTHWISE_CONV2D_4X4_S8_H
#define TC_MVE_DEPTHWISE_CONV2D_4X4_S8_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_mve_depthwise_conv2d_4x4_s8 {
    int16_t input_h, input_w, channels; /* columns may stand for rows and rows for columns */
    int16_t output_h, output_w;
    int16_t kernel_h, kernel_w;
    int16_t stride_h, stride_w;
    int16_t dilation_h, dilation_w;
    int16_t pad_top, pad_left;
    int32_t input_row, input_column;   /* bytes from one to the next */
    int32_t output_row, output_column;
    int16_t input_zero_point, output_zero_point;
    int16_t min, max;
    int16_t square;        /* are 2x2 outputs made at a time, of kernels up to 3x3, or 4 of a row? */
    int16_t band;          /* lines in scratch at a time: rows of the output, or pairs in squares */
    int16_t in_place;      /* may the output lie where the input does? Then channels, 16 at a time, are the outer loop */
    int16_t widen;         /* 1: weights have 4 bits, and become bytes in scratch */
    int32_t scale, shift;  /* of the short requantisation; scale is 0 for the general one: tc_mve_dense.h */
    /* (channels, column, row), 16 bytes each, behind 4 bytes that are 0, or, with `widen`, two channels in 16 bytes */
    const int8_t *weights;
    const int32_t *words;  /* (channels, 2 or 3): b, m or bias, m, shift */
};
/* 2-D convolution of each channel by itself, of kernels up to 4x4, for Helium. */
TC_CODE void tc_mve_depthwise_conv2d_4x4_s8(const struct tc_mve_depthwise_conv2d_4x4_s8 *p, const int8_t *input,
                                            int8_t *output, void *scratch);
TC_CODE void tc_mve_depthwise_conv2d_4x4_s8_row(const void *params, const int8_t *const *rows, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
