/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_L2_NORMALIZE_S8_H
#define TC_L2_NORMALIZE_S8_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_l2_normalize_s8 {
    int32_t rows, depth;
    int16_t input_zero_point;
};
/* Each row divided by its Euclidean norm, in steps of 1/128; may run in place. */
TC_CODE void tc_l2_normalize_s8(const struct tc_l2_normalize_s8 *p, const int8_t *input, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
