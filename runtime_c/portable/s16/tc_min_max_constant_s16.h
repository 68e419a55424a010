/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MIN_MAX_CONSTANT_S16_H
#define TC_MIN_MAX_CONSTANT_S16_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_min_max_constant_s16 {
    int32_t shape[4], steps[4], bound_steps[4];
    int8_t maximum; /* 1 for the maximum, 0 for the minimum */
    const int16_t *bounds;
};
/* The smaller or the larger of a tensor's elements and those of a constant one. */
TC_CODE void tc_min_max_constant_s16(const struct tc_min_max_constant_s16 *p, const int16_t *input, int16_t *output);

#ifdef __cplusplus
}
#endif

#endif
