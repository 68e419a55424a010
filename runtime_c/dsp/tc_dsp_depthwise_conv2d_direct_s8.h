/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_DSP_DEPTHWISE_CONV2D_DIRECT_S8_H
#define TC_DSP_DEPTHWISE_CONV2D_DIRECT_S8_H

#include "tc_depthwise_conv2d_fields.h"
#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_dsp_depthwise_conv2d_direct_s8 {
    TC_DEPTHWISE_CONV2D_FIELDS(int8_t) /* output_c is input_c, 4 or more */
};
/* 2-D convolution of each channel by itself, of few pixels or of any factors, for cores with the DSP extension. */
TC_CODE void tc_dsp_depthwise_conv2d_direct_s8(const struct tc_dsp_depthwise_conv2d_direct_s8 *p, const int8_t *input,
                                               int8_t *output);
TC_CODE void tc_dsp_depthwise_conv2d_direct_s8_row(const void *params, const int8_t *const *rows, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
