/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_CMSIS_DEPTHWISE_CONV2D_S4_H
#define TC_CMSIS_DEPTHWISE_CONV2D_S4_H

#include "tc_depthwise_conv2d_fields.h"
#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_cmsis_depthwise_conv2d_s4 {
    TC_DEPTHWISE_CONV2D_FIELDS(int32_t)
    int32_t scratch_bytes;
};
/* 2-D convolution of each input channel by itself, with output_c / input_c filters each. Weights are int4:
 * two a byte, the first the lower half. scratch may be NULL where scratch_bytes is 0. By Arm's CMSIS-NN,
 * which is not part of TinyCompile. */
TC_CODE void tc_cmsis_depthwise_conv2d_s4(const struct tc_cmsis_depthwise_conv2d_s4 *p, const int8_t *input, int8_t *output,
                                  void *scratch);

#ifdef __cplusplus
}
#endif

#endif
