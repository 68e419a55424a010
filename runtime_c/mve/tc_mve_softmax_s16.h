/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MVE_SOFTMAX_S16_H
#define TC_MVE_SOFTMAX_S16_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_mve_softmax_s16 {
    int32_t rows, depth; /* depth is below 2^16 */
    int32_t multiplier;  /* input * multiplier * 2^(shift - 31) is a logarithm in steps of 10 / 65535 */
    int8_t shift;
    const int16_t *exponentials; /* (513) of exp(x), x from -10 to 0, 15 fractional bits */
    const int16_t *inverses;     /* (513) of 1 / (1 + x), x from 0 to 1, 15 fractional bits */
};
/* Softmax over rows of depth, with 15 fractional bits; may run in place. */
TC_CODE void tc_mve_softmax_s16(const struct tc_mve_softmax_s16 *p, const int16_t *input, int16_t *output);

#ifdef __cplusplus
}
#endif

#endif
