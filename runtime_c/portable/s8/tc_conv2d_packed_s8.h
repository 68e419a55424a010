/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_CONV2D_PACKED_S8_H
#define TC_CONV2D_PACKED_S8_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_conv2d_packed_s8 {
    int16_t input_h, input_w, input_c;
    int16_t output_h, output_w, output_c;
    int16_t kernel_h, kernel_w;
    int16_t stride_h, stride_w;
    int16_t dilation_h, dilation_w;
    int16_t pad_top, pad_left;
    int16_t groups;
    int16_t input_zero_point, output_zero_point;
    int16_t min, max;
    int16_t bits, codebook_step;
    const uint8_t *weights;     /* (output_c, bytes of kernel_h * kernel_w * input_c / groups indices) */
    const int8_t *codebook;     /* (1 or output_c, 2^bits) */
    const int32_t *bias;        /* (output_c) */
    const int32_t *multipliers; /* (output_c) */
    const int8_t *shifts;       /* (output_c) */
};
/* 2-D convolution of any stride, dilation, padding and number of groups; depthwise with as many groups as
 * input channels. scratch holds a filter. Weights are indices of codebooks: `bits` bits each, 1, 2 or 4, the
 * first the lowest of its byte; every output channel begins a byte. Its codebook of 2^bits values lies
 * codebook_step after that of the channel before: 0 where all share one. */
TC_CODE void tc_conv2d_packed_s8(const struct tc_conv2d_packed_s8 *p, const int8_t *input, int8_t *output, void *scratch);

#ifdef __cplusplus
}
#endif

#endif
