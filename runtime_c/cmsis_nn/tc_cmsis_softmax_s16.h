/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_CMSIS_SOFTMAX_S16_H
#define TC_CMSIS_SOFTMAX_S16_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_cmsis_softmax_s16 {
    int32_t rows, depth; /* depth is below 2^16 */
    int32_t multiplier;  /* input * multiplier * 2^(shift - 31) is a logarithm in steps of 10 / 65535 */
    int8_t shift;
    const int16_t *exponentials; /* (513) of exp(x), x from -10 to 0, 15 fractional bits */
    const int16_t *inverses;     /* (513) of 1 / (1 + x), x from 0 to 1, 15 fractional bits */
};
/* Softmax over rows of depth, with 15 fractional bits; may run in place. By Arm's CMSIS-NN, which is not part
 * of TinyCompile. */
TC_CODE void tc_cmsis_softmax_s16(const struct tc_cmsis_softmax_s16 *p, const int16_t *input, int16_t *output);

#ifdef __cplusplus
}
#endif

#endif
