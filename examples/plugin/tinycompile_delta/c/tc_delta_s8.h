/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_DELTA_S8_H
#define TC_DELTA_S8_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_delta_s8 {
    int32_t images, rows, columns; /* of input and output */
    int32_t multiplier;
    int8_t shift;
    int16_t output_zero_point;
    int16_t min, max;
};
/* Each row less the one before it; the first row is zero. May run in place. */
void tc_delta_s8(const struct tc_delta_s8 *p, const int8_t *input, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
