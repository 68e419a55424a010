/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MVE_TRANSPOSE_CONV2D_S8_H
#define TC_MVE_TRANSPOSE_CONV2D_S8_H

#include "tc_transpose_conv2d_fields.h"
#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_mve_transpose_conv2d_s8 {
    TC_TRANSPOSE_CONV2D_FIELDS /* output_c: 4 or more */
    int32_t window; /* bytes, in whole chunks, for one of several long rows, which are gathered; 0: none is */
    int32_t scale;  /* of the short requantisation; 0: the general one */
    int32_t shift;
    /* For each row, for each column of the first stride of the output: the taps that reach it, as weights and
     * requantisation of four channels after the other, tc_mve_dense.h. The last taps come first. */
    const int32_t *packed;
};
/* Transposed 2-D convolution for Helium: every input pixel adds its kernel to the output at a stride. */
TC_CODE void tc_mve_transpose_conv2d_s8(const struct tc_mve_transpose_conv2d_s8 *p, const int8_t *input, int8_t *output,
                                void *scratch);

#ifdef __cplusplus
}
#endif

#endif
