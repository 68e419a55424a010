/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters of convolutions as sums along rows of memory, of any type. Private to their kernels. */
#ifndef TC_MVE_CONV2D_FIELDS_H
#define TC_MVE_CONV2D_FIELDS_H

#include <stdint.h>

#define TC_MVE_CONV2D_FIELDS                                                                                   \
    int16_t input_h, input_w, input_c;                                                                         \
    int16_t output_h, output_w, output_c;                                                                      \
    int16_t kernel_h, kernel_w;                                                                                \
    int16_t stride_h, stride_w;                                                                                \
    int16_t dilation_h, dilation_w;                                                                            \
    int16_t pad_top, pad_left; /* rows and columns of zero points before the input */                          \
    int16_t min, max;                                                                                          \
    int16_t first, rest, rows; /* chunks of 16 bytes: of a first row of memory, of each of the further rows */ \
    int16_t block;             /* rows of the output for which the input is copied at a time; 0: it is not */  \
    int16_t batch;             /* windows that are then gathered at a time; 0: none is */

#endif
