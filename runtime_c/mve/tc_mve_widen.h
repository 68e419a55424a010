/* SPDX-License-Identifier: Apache-2.0 */
/* Weights of 4 bits become bytes: of 16 channels a vector a tap. Private to depthwise convolutions.
 *
 * In flash, of each two taps there is a vector: the first in the lower halves of its bytes, the second in the upper ones. */
#ifndef TC_MVE_WIDEN_H
#define TC_MVE_WIDEN_H

#include "tc_mve.h"

/* 16 channels' taps. */
typedef void tc_mve_widen(const int8_t *packed, int8_t *to, int32_t pairs);

/* Defines a function `name` for weights of 4 bits. */
#define TC_MVE_WIDEN(name, bits)                                      \
    void name(const int8_t *packed, int8_t *to, int32_t pairs)        \
    {                                                                 \
        for (; pairs > 0; pairs--, packed += 16, to += 32) {          \
            const int8x16_t both = vld1q_s8(packed);                  \
            vst1q_s8(to, vshrq_n_s8(vshlq_n_s8(both, bits), bits));   \
            vst1q_s8(to + 16, vshrq_n_s8(both, bits));                \
        }                                                             \
    }

#endif
