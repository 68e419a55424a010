/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_PRELU_S8_H
#define TC_PRELU_S8_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_prelu_s8 {
    int32_t rows, channels;
    int16_t input_zero_point, slope_zero_point, output_zero_point;
    int16_t min, max;
    int32_t multiplier, slope_multiplier;
    int8_t shift, slope_shift;
    const int8_t *slopes; /* (channels) */
};
/* x where it is positive, elsewhere x times its channel's slope; may run in place. */
TC_CODE void tc_prelu_s8(const struct tc_prelu_s8 *p, const int8_t *input, int8_t *output);
TC_CODE void tc_prelu_s8_row(const void *params, const int8_t *const *rows, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
