/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MVE_MIN_MAX_S16_H
#define TC_MVE_MIN_MAX_S16_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_mve_min_max_s16 {
    int32_t shape[4], steps1[4], steps2[4];
    int8_t maximum; /* 1 for the maximum, 0 for the minimum */
};
/* The smaller or the larger of two tensors' elements. */
TC_CODE void tc_mve_min_max_s16(const struct tc_mve_min_max_s16 *p, const int16_t *input1, const int16_t *input2,
                                int16_t *output);

#ifdef __cplusplus
}
#endif

#endif
