/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MIN_MAX_CONSTANT_S8_H
#define TC_MIN_MAX_CONSTANT_S8_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_min_max_constant_s8 {
    int32_t shape[4], steps[4], bound_steps[4];
    int8_t maximum; /* 1 for the maximum, 0 for the minimum */
    const int8_t *bounds;
};
/* The smaller or the larger of a tensor's elements and those of a constant one. */
TC_CODE void tc_min_max_constant_s8(const struct tc_min_max_constant_s8 *p, const int8_t *input, int8_t *output);
TC_CODE void tc_min_max_constant_s8_row(const void *params, const int8_t *const *rows, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
