/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_ARITHMETIC_F32_H
#define TC_ARITHMETIC_F32_H

#include "tc_operation.h"
#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_arithmetic_f32 {
    int32_t shape[4], steps1[4], steps2[4];
    int8_t operation; /* enum tc_operation */
};
/* An operation on two tensors. */
TC_CODE void tc_arithmetic_f32(const struct tc_arithmetic_f32 *p, const float *input1, const float *input2,
                       float *output);

#ifdef __cplusplus
}
#endif

#endif
