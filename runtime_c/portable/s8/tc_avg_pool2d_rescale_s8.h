/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_AVG_POOL2D_RESCALE_S8_H
#define TC_AVG_POOL2D_RESCALE_S8_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_avg_pool2d_rescale_s8 {
    int16_t input_h, input_w;
    int16_t output_h, output_w, channels;
    int16_t kernel_h, kernel_w;
    int16_t stride_h, stride_w;
    int16_t dilation_h, dilation_w;
    int16_t pad_top, pad_left;
    int16_t count_padding; /* 1: divide by all taps, 0: by those inside the input */
    int16_t fraction_bits; /* of the mean before it is requantised */
    int16_t input_zero_point, output_zero_point;
    int16_t min, max;
    int32_t multiplier;
    int8_t shift;
};
/* The mean of each window in another quantisation. */
TC_CODE void tc_avg_pool2d_rescale_s8(const struct tc_avg_pool2d_rescale_s8 *p, const int8_t *input,
                              int8_t *output);
TC_CODE void tc_avg_pool2d_rescale_s8_row(const void *params, const int8_t *const *rows, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
