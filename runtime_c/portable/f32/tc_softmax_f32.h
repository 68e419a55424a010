/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_SOFTMAX_F32_H
#define TC_SOFTMAX_F32_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_softmax_f32 {
    int32_t rows, depth;
    int8_t logarithm; /* 1 for the logarithm of softmax */
};
/* Softmax over rows of depth; may run in place. */
TC_CODE void tc_softmax_f32(const struct tc_softmax_f32 *p, const float *input, float *output);

#ifdef __cplusplus
}
#endif

#endif
