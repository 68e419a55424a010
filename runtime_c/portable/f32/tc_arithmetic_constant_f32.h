/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_ARITHMETIC_CONSTANT_F32_H
#define TC_ARITHMETIC_CONSTANT_F32_H

#include "tc_operation.h"
#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_arithmetic_constant_f32 {
    int32_t shape[4], steps1[4], steps2[4];
    int8_t operation;      /* enum tc_operation */
    int8_t constant_first; /* 1 where the constant is the first operand */
    const float *constant;
};
/* An operation on a tensor and a constant. */
TC_CODE void tc_arithmetic_constant_f32(const struct tc_arithmetic_constant_f32 *p, const float *input, float *output);

#ifdef __cplusplus
}
#endif

#endif
