/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MVE_CONV2D_S16_H
#define TC_MVE_CONV2D_S16_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_mve_conv2d_s16 {
    int16_t input_h, input_w, input_c;
    int16_t output_h, output_w, output_c;
    int16_t kernel_h, kernel_w;
    int16_t stride_h, stride_w;
    int16_t dilation_h, dilation_w;
    int16_t pad_top, pad_left; /* rows and columns of zeros before the input */
    int16_t min, max;
    int16_t first, rest, rows; /* chunks of 8 products: of a first row of memory, of each of the further rows */
    int16_t block;             /* rows of the output for which the input is copied at a time; 0: it is not */
    int16_t batch;             /* windows that are then gathered at a time; 0: none is */
    int16_t way;               /* how sums become outputs: tc_mve_dense_s16.h */
    const int32_t *packed;     /* weights and requantisation of four channels after the other: tc_mve_dense_s16.h */
};
/* 2-D convolution of one group for Helium. */
TC_CODE void tc_mve_conv2d_s16(const struct tc_mve_conv2d_s16 *p, const int16_t *input, int16_t *output, void *scratch);

#ifdef __cplusplus
}
#endif

#endif
