/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_LEAKY_RELU_S16_H
#define TC_LEAKY_RELU_S16_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_leaky_relu_s16 {
    int32_t count;
    int16_t min, max;
    int32_t multiplier, slope_multiplier;
    int8_t shift, slope_shift;
    int8_t negate; /* 1 for a negative slope */
};
/* x where it is positive, elsewhere x times the slope; may run in place. */
TC_CODE void tc_leaky_relu_s16(const struct tc_leaky_relu_s16 *p, const int16_t *input, int16_t *output);

#ifdef __cplusplus
}
#endif

#endif
