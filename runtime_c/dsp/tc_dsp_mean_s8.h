/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_DSP_MEAN_S8_H
#define TC_DSP_MEAN_S8_H

#include "tc_mean_fields.h"
#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_dsp_mean_s8 {
    TC_MEAN_FIELDS
};
/* output (kept, kept, kept) = scaled sums of the input over the reduced axes; the last one kept is 4 or more. */
TC_CODE void tc_dsp_mean_s8(const struct tc_dsp_mean_s8 *p, const int8_t *input, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
