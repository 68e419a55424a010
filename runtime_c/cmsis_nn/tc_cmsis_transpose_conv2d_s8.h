/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_CMSIS_TRANSPOSE_CONV2D_S8_H
#define TC_CMSIS_TRANSPOSE_CONV2D_S8_H

#include "tc_transpose_conv2d_fields.h"
#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_cmsis_transpose_conv2d_s8 {
    TC_TRANSPOSE_CONV2D_FIELDS
    const int8_t *weights;      /* (output_c, kernel_h, kernel_w, input_c) */
    const int32_t *bias;        /* (output_c) */
    const int32_t *multipliers; /* (output_c) */
    const int32_t *shifts;      /* (output_c) */
    int16_t rest_h, rest_w;     /* what is cut off the full result at the end, below 0 for what is added */
    int32_t sum_bytes, image_bytes;
};
/* Transposed 2-D convolution: every input pixel adds its kernel to the output at a stride. By Arm's CMSIS-NN,
 * which is not part of TinyCompile. */
TC_CODE void tc_cmsis_transpose_conv2d_s8(const struct tc_cmsis_transpose_conv2d_s8 *p, const int8_t *input, int8_t *output,
                                  void *scratch);

#ifdef __cplusplus
}
#endif

#endif
