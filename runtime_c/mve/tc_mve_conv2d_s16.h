/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MVE_CONV2D_S16_H
#define TC_MVE_CONV2D_S16_H

#include "tc_mve_conv2d_fields.h"
#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_mve_conv2d_s16 {
    TC_MVE_CONV2D_FIELDS
    int16_t way;           /* how sums become outputs: tc_mve_dense_s16.h */
    const int32_t *packed; /* weights and requantisation of four channels after the other: tc_mve_dense_s16.h */
};
/* 2-D convolution of one group for Helium. */
TC_CODE void tc_mve_conv2d_s16(const struct tc_mve_conv2d_s16 *p, const int16_t *input, int16_t *output, void *scratch);

#ifdef __cplusplus
}
#endif

#endif
