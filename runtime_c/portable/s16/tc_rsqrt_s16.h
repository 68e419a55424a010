/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_RSQRT_S16_H
#define TC_RSQRT_S16_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_rsqrt_s16 {
    int32_t count;
    int16_t min, max;
    int32_t multiplier; /* of 2^20 / sqrt(input) */
    int8_t shift;
};
/* 1 / sqrt(x), the maximum where x is not positive; may run in place. */
TC_CODE void tc_rsqrt_s16(const struct tc_rsqrt_s16 *p, const int16_t *input, int16_t *output);

#ifdef __cplusplus
}
#endif

#endif
