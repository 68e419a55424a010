/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_CMSIS_MUL_S16_H
#define TC_CMSIS_MUL_S16_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_cmsis_mul_s16 {
    int32_t count;
    int16_t min, max;
    int32_t multiplier;
    int8_t shift; /* not positive */
};
/* The product of two tensors of one shape; may run in place. By Arm's CMSIS-NN, which is not part of
 * TinyCompile. */
TC_CODE void tc_cmsis_mul_s16(const struct tc_cmsis_mul_s16 *p, const int16_t *input1, const int16_t *input2, int16_t *output);

#ifdef __cplusplus
}
#endif

#endif
