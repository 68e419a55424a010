/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_CMSIS_SOFTMAX_S8_S16_H
#define TC_CMSIS_SOFTMAX_S8_S16_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_cmsis_softmax_s8_s16 {
    int32_t rows, depth;
    int32_t multiplier;
    int8_t shift;
    int32_t least_difference; /* from a row's maximum, that has an exponential above 0 */
};
/* Softmax over rows of depth. By Arm's CMSIS-NN, which is not part of TinyCompile. */
TC_CODE void tc_cmsis_softmax_s8_s16(const struct tc_cmsis_softmax_s8_s16 *p, const int8_t *input, int16_t *output);

#ifdef __cplusplus
}
#endif

#endif
