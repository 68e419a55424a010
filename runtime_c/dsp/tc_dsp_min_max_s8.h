/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_DSP_MIN_MAX_S8_H
#define TC_DSP_MIN_MAX_S8_H

#include "tc_min_max_fields.h"
#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_dsp_min_max_s8 {
    TC_MIN_MAX_FIELDS
};
/* The smaller or the larger of two tensors' elements. */
TC_CODE void tc_dsp_min_max_s8(const struct tc_dsp_min_max_s8 *p, const int8_t *input1, const int8_t *input2, int8_t *output);
TC_CODE void tc_dsp_min_max_s8_row(const void *params, const int8_t *const *rows, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
