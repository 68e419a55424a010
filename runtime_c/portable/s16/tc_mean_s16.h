/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MEAN_S16_H
#define TC_MEAN_S16_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_mean_s16 {
    int32_t kept[3], reduced[2]; /* input (kept, reduced, kept, reduced, kept) */
    int32_t multiplier;          /* a mean's includes the division by their count */
    int8_t shift;
    int16_t min, max;
};
/* output (kept, kept, kept) = scaled sums of the input over the reduced axes. */
TC_CODE void tc_mean_s16(const struct tc_mean_s16 *p, const int16_t *input, int16_t *output);

#ifdef __cplusplus
}
#endif

#endif
