/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_DSP_TRANSPOSE_CONV2D_S8_H
#define TC_DSP_TRANSPOSE_CONV2D_S8_H

#include "tc_transpose_conv2d_fields.h"
#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_dsp_transpose_conv2d_s8 {
    TC_TRANSPOSE_CONV2D_FIELDS /* output_c: 4 or more */
    const int8_t *weights;      /* (output_c, kernel_h, kernel_w, input_c) */
    const int32_t *bias;        /* (output_c) */
    const int32_t *multipliers; /* (output_c) */
    const int8_t *shifts;       /* (output_c), to the right, 1 to 23 */
};
/* Transposed 2-D convolution: every input pixel adds its kernel to the output at a stride. */
TC_CODE void tc_dsp_transpose_conv2d_s8(const struct tc_dsp_transpose_conv2d_s8 *p, const int8_t *input, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
