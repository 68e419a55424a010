/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_DSP_FULLY_CONNECTED_S8_H
#define TC_DSP_FULLY_CONNECTED_S8_H

#include "tc_dsp_dense.h"
#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_dsp_fully_connected_s8 {
    int32_t rows, input_n, output_n;
    int32_t octets;  /* outputs 0 to 8 * octets - 1 are made by eights */
    int32_t singles; /* and so many one by one: the rest, and those whose constants are not proved */
    int16_t output_zero_point;
    int16_t min, max;
    tc_dsp_dense *run;        /* NULL without octets */
    const uint32_t *filters;  /* of the octets, as TC_DSP_DENSE takes them */
    const uint32_t *single;   /* of each of the singles: its place, multiplier, shift, bias and weights */
};
/* output (rows, output_n) = input (rows, input_n) weights + bias, for cores with the DSP extension. */
TC_CODE void tc_dsp_fully_connected_s8(const struct tc_dsp_fully_connected_s8 *p, const int8_t *input, int8_t *output,
                                       void *scratch);

#ifdef __cplusplus
}
#endif

#endif
