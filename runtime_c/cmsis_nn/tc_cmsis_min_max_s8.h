/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_CMSIS_MIN_MAX_S8_H
#define TC_CMSIS_MIN_MAX_S8_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_cmsis_min_max_s8 {
    int32_t count;
    int8_t maximum; /* 1 for the maximum, 0 for the minimum */
};
/* The smaller or the larger of two tensors' elements, of one shape; may run in place. By Arm's CMSIS-NN,
 * which is not part of TinyCompile. */
TC_CODE void tc_cmsis_min_max_s8(const struct tc_cmsis_min_max_s8 *p, const int8_t *input1, const int8_t *input2,
                         int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
