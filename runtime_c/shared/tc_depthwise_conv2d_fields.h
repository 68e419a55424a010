/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters of convolutions of each channel by itself, of int8; shifts of channels are of the type SHIFT. */
#ifndef TC_DEPTHWISE_CONV2D_FIELDS_H
#define TC_DEPTHWISE_CONV2D_FIELDS_H

#include <stdint.h>

#define TC_DEPTHWISE_CONV2D_FIELDS(SHIFT)                                         \
    int16_t input_h, input_w, input_c;                                            \
    int16_t output_h, output_w, output_c; /* output_c is a multiple of input_c */ \
    int16_t kernel_h, kernel_w;                                                   \
    int16_t stride_h, stride_w;                                                   \
    int16_t dilation_h, dilation_w;                                               \
    int16_t pad_top, pad_left;                                                    \
    int16_t input_zero_point, output_zero_point;                                  \
    int16_t min, max;                                                             \
    const int8_t *weights;      /* (kernel_h, kernel_w, output_c) */              \
    const int32_t *bias;        /* (output_c) */                                  \
    const int32_t *multipliers; /* (output_c) */                                  \
    const SHIFT *shifts;        /* (output_c) */

#endif
