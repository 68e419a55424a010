/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MVE_CONV2D_S4_H
#define TC_MVE_CONV2D_S4_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_mve_conv2d_s4 {
    int16_t input_h, input_w, input_c;
    int16_t output_h, output_w, output_c;
    int16_t kernel_h, kernel_w;
    int16_t stride_h, stride_w;
    int16_t dilation_h, dilation_w;
    int16_t pad_top, pad_left; /* rows and columns of zero points before the input */
    int16_t input_zero_point, output_zero_point;
    int16_t min, max;
    int16_t first, rest, rows; /* chunks of 16 products: of a first row of memory, of each of the further rows */
    int16_t block;             /* rows of the output for which the input is copied at a time; 0: it is not */
    int16_t batch;             /* windows that are then gathered at a time; 0: none is */
    int32_t scale;             /* of the short requantisation; 0: the general one */
    int32_t shift;
    const int32_t *packed;     /* weights and requantisation of four channels after the other: tc_mve_dense_s4.h */
};
/* 2-D convolution of one group with weights of int4, for Helium. */
TC_CODE void tc_mve_conv2d_s4(const struct tc_mve_conv2d_s4 *p, const int8_t *input, int8_t *output, void *scratch);

#ifdef __cplusplus
}
#endif

#endif
