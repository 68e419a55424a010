/* SPDX-License-Identifier: Apache-2.0 */
/* Rounding float32 to integers. Private to the kernels. */
#ifndef TC_NEAREST_H
#define TC_NEAREST_H

#include <stdint.h>

/* The nearest integer, ties away from zero; what is beyond 2^17 or no number becomes -2^17 or 2^17. */
static inline int32_t tc_nearest(float x)
{
    if (!(x > -131072.0f)) {
        return -131072;
    }
    if (x >= 131072.0f) {
        return 131072;
    }
    const int32_t whole = (int32_t)x;
    const float rest = x - (float)whole; /* exact */
    return whole + (rest >= 0.5f) - (rest <= -0.5f);
}

#endif
