/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_CMSIS_CONV2D_S16_H
#define TC_CMSIS_CONV2D_S16_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_cmsis_conv2d_s16 {
    int16_t input_h, input_w, input_c;
    int16_t output_h, output_w, output_c;
    int16_t kernel_h, kernel_w;
    int16_t stride_h, stride_w;
    int16_t dilation_h, dilation_w;
    int16_t pad_top, pad_left;
    int16_t min, max;
    int8_t narrow;              /* 1: the bias is int32, only from CMSIS-NN 6 on; 0: int64 */
    const int8_t *weights;      /* (output_c, kernel_h, kernel_w, input_c) */
    const void *bias;           /* (output_c) */
    const int32_t *multipliers; /* (output_c) */
    const int32_t *shifts;      /* (output_c) */
    int32_t scratch_bytes;
};
/* 2-D convolution of any stride, dilation and padding. Multipliers have 31 fraction bits; CMSIS-NN rounds
 * them to 15 where it sums in 64 bits. scratch may be NULL where scratch_bytes is 0. By Arm's CMSIS-NN, which
 * is not part of TinyCompile. */
TC_CODE void tc_cmsis_conv2d_s16(const struct tc_cmsis_conv2d_s16 *p, const int16_t *input, int16_t *output, void *scratch);

#ifdef __cplusplus
}
#endif

#endif
