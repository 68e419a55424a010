/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_DSP_FULLY_CONNECTED_DIRECT_S8_H
#define TC_DSP_FULLY_CONNECTED_DIRECT_S8_H

#include "tc_fully_connected_fields.h"
#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_dsp_fully_connected_direct_s8 {
    TC_FULLY_CONNECTED_FIELDS(int8_t)
};
/* output (rows, output_n) = input (rows, input_n) weights + bias. */
TC_CODE void tc_dsp_fully_connected_direct_s8(const struct tc_dsp_fully_connected_direct_s8 *p, const int8_t *input,
                                              int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
