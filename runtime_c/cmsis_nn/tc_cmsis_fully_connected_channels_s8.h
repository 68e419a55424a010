/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_CMSIS_FULLY_CONNECTED_CHANNELS_S8_H
#define TC_CMSIS_FULLY_CONNECTED_CHANNELS_S8_H

#include "tc_fully_connected_fields.h"
#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_cmsis_fully_connected_channels_s8 {
    TC_FULLY_CONNECTED_FIELDS(int32_t)
};
/* output (rows, output_n) = input (rows, input_n) weights + bias. By Arm's CMSIS-NN, which is not part of
 * TinyCompile. */
TC_CODE void tc_cmsis_fully_connected_channels_s8(const struct tc_cmsis_fully_connected_channels_s8 *p, const int8_t *input,
                                          int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
