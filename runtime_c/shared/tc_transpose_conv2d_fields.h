/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters of transposed convolutions of int8, but for weights and requantisation. */
#ifndef TC_TRANSPOSE_CONV2D_FIELDS_H
#define TC_TRANSPOSE_CONV2D_FIELDS_H

#include <stdint.h>

#define TC_TRANSPOSE_CONV2D_FIELDS                                            \
    int16_t input_h, input_w, input_c;                                        \
    int16_t output_h, output_w, output_c;                                     \
    int16_t kernel_h, kernel_w;                                               \
    int16_t stride_h, stride_w;                                               \
    int16_t pad_top, pad_left; /* rows and columns cut off the full result */ \
    int16_t input_zero_point, output_zero_point;                              \
    int16_t min, max;

#endif
