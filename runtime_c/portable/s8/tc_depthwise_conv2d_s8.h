/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_DEPTHWISE_CONV2D_S8_H
#define TC_DEPTHWISE_CONV2D_S8_H

#include "tc_depthwise_conv2d_fields.h"
#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_depthwise_conv2d_s8 {
    TC_DEPTHWISE_CONV2D_FIELDS(int8_t)
};
/* 2-D convolution of each input channel by itself, with output_c / input_c filters each. */
TC_CODE void tc_depthwise_conv2d_s8(const struct tc_depthwise_conv2d_s8 *p, const int8_t *input, int8_t *output);
TC_CODE void tc_depthwise_conv2d_s8_row(const void *params, const int8_t *const *rows, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
