/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MVE_FULLY_CONNECTED_FEW_S8_H
#define TC_MVE_FULLY_CONNECTED_FEW_S8_H

#include "tc_fully_connected_fields.h"
#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_mve_fully_connected_few_s8 {
    TC_FULLY_CONNECTED_FIELDS(int8_t)
};
/* Few outputs, of which two are made at a time: output (rows, output_n) = input (rows, input_n) weights + bias. */
TC_CODE void tc_mve_fully_connected_few_s8(const struct tc_mve_fully_connected_few_s8 *p, const int8_t *input, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
