/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_PRELU_S16_H
#define TC_PRELU_S16_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_prelu_s16 {
    int32_t rows, channels;
    int16_t slope_zero_point;
    int16_t min, max;
    int32_t multiplier, slope_multiplier;
    int8_t shift, slope_shift;
    const int8_t *slopes; /* (channels) */
};
/* x where it is positive, elsewhere x times its channel's slope; may run in place. */
TC_CODE void tc_prelu_s16(const struct tc_prelu_s16 *p, const int16_t *input, int16_t *output);

#ifdef __cplusplus
}
#endif

#endif
