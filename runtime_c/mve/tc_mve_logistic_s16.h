/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MVE_LOGISTIC_S16_H
#define TC_MVE_LOGISTIC_S16_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_mve_logistic_s16 {
    int32_t count;
    int32_t multiplier;    /* below 2^15; input * multiplier / 2^shift counts steps of 1 / (24 * 2^9) */
    int8_t shift;          /* to the right */
    const uint16_t *table; /* (256) of sigmoid(i / 24), 16 fractional bits */
};
/* The logistic function with 15 fractional bits; may run in place. */
TC_CODE void tc_mve_logistic_s16(const struct tc_mve_logistic_s16 *p, const int16_t *input, int16_t *output);

#ifdef __cplusplus
}
#endif

#endif
