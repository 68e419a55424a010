/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MVE_CONV2D_S4_H
#define TC_MVE_CONV2D_S4_H

#include "tc_mve_conv2d_fields.h"
#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_mve_conv2d_s4 {
    TC_MVE_CONV2D_FIELDS
    int16_t input_zero_point, output_zero_point;
    int32_t scale;         /* of the short requantisation; 0: the general one */
    int32_t shift;
    const int32_t *packed; /* weights and requantisation of four channels after the other: tc_mve_dense_s4.h */
};
/* 2-D convolution of one group with weights of int4, for Helium. */
TC_CODE void tc_mve_conv2d_s4(const struct tc_mve_conv2d_s4 *p, const int8_t *input, int8_t *output, void *scratch);

#ifdef __cplusplus
}
#endif

#endif
