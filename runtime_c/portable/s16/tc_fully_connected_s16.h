/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_FULLY_CONNECTED_S16_H
#define TC_FULLY_CONNECTED_S16_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_fully_connected_s16 {
    int32_t rows, input_n, output_n;
    int16_t min, max;
    int8_t narrow;
    const int8_t *weights;      /* (output_n, input_n) */
    const int64_t *bias;        /* (output_n) */
    const int32_t *multipliers; /* (output_n) */
    const int8_t *shifts;       /* (output_n) */
};
/* output (rows, output_n) = input (rows, input_n) weights + bias. */
TC_CODE void tc_fully_connected_s16(const struct tc_fully_connected_s16 *p, const int16_t *input, int16_t *output);

#ifdef __cplusplus
}
#endif

#endif
