/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_ARG_MAX_S8_H
#define TC_ARG_MAX_S8_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_arg_max_s8 {
    int32_t outer, extent, inner; /* the input's shape, around the axis of extent */
    int8_t sign;                  /* 1 for the maximum, -1 for the minimum */
    int8_t int64_output;          /* 1 for int64, 0 for int32 */
};
/* The index of the first largest, or smallest, element along an axis. */
TC_CODE void tc_arg_max_s8(const struct tc_arg_max_s8 *p, const int8_t *input, void *output);

#ifdef __cplusplus
}
#endif

#endif
