/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MVE_MIN_MAX_S16_H
#define TC_MVE_MIN_MAX_S16_H

#include "tc_min_max_fields.h"
#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_mve_min_max_s16 {
    TC_MIN_MAX_FIELDS
};
/* The smaller or the larger of two tensors' elements. */
TC_CODE void tc_mve_min_max_s16(const struct tc_mve_min_max_s16 *p, const int16_t *input1, const int16_t *input2,
                                int16_t *output);

#ifdef __cplusplus
}
#endif

#endif
