/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MEAN_F32_H
#define TC_MEAN_F32_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_mean_f32 {
    int32_t kept[3], reduced[2]; /* input (kept, reduced, kept, reduced, kept) */
    float divisor;               /* 1 for a sum */
    float min, max;
};
/* output (kept, kept, kept) = means or sums of the input over the reduced axes. */
TC_CODE void tc_mean_f32(const struct tc_mean_f32 *p, const float *input, float *output);

#ifdef __cplusplus
}
#endif

#endif
