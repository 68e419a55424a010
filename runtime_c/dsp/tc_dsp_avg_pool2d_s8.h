/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_DSP_AVG_POOL2D_S8_H
#define TC_DSP_AVG_POOL2D_S8_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_dsp_avg_pool2d_s8 {
    int16_t input_h, input_w;
    int16_t output_h, output_w, channels; /* channels: 4 or more */
    int16_t kernel_h, kernel_w; /* kernel_w: 255 at most */
    int16_t stride_h, stride_w;
    int16_t dilation_h, dilation_w;
    int16_t pad_top, pad_left;
    int16_t min, max;
};
/* The mean of each window, rounded to nearest, ties away from zero; padding is not counted. */
TC_CODE void tc_dsp_avg_pool2d_s8(const struct tc_dsp_avg_pool2d_s8 *p, const int8_t *input, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
