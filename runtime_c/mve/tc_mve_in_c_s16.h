/* SPDX-License-Identifier: Apache-2.0 */
/* Of tc_mve_in_c.h what has int16 and makes sums of it. */
#ifndef TC_MVE_IN_C_S16_H
#define TC_MVE_IN_C_S16_H

#include "tc_mve_in_c.h"

static inline int64_t vmlaldavaq_s16(int64_t sum, int16x8_t a, int16x8_t b)
{
    for (int i = 0; i < 8; i++) {
        sum += (int32_t)a.v[i] * b.v[i];
    }
    return sum;
}

/* Of words the low halves. */
static inline void vstrhq_s32(int16_t *to, int32x4_t x)
{
    for (int i = 0; i < 4; i++) {
        to[i] = (int16_t)x.v[i];
    }
}

#endif
