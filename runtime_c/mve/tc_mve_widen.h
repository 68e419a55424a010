/* SPDX-License-Identifier: Apache-2.0 */
/* Weights of 4 bits become bytes, two vectors of each: the first in the lower halves, the second in the upper ones. Private to
 * depthwise convolutions. */
#ifndef TC_MVE_WIDEN_H
#define TC_MVE_WIDEN_H

#include "tc_mve.h"

TC_MVE_INLINE void tc_mve_widen(const int8_t *packed, int8_t *to, int32_t pairs)
{
    for (; pairs > 0; pairs--, packed += 16, to += 32) {
        const int8x16_t both = vld1q_s8(packed);
        vst1q_s8(to, vshrq_n_s8(vshlq_n_s8(both, 4), 4));
        vst1q_s8(to + 16, vshrq_n_s8(both, 4));
    }
}

#endif
