/* SPDX-License-Identifier: Apache-2.0 */
/* Of tc_mve_in_c.h what makes bytes of their halves. */
#ifndef TC_MVE_IN_C_S4_H
#define TC_MVE_IN_C_S4_H

#include "tc_mve_in_c.h"

static inline int8x16_t vshlq_n_s8(int8x16_t x, int by)
{
    for (int i = 0; i < 16; i++) {
        x.v[i] = (int8_t)(uint8_t)((uint8_t)x.v[i] << by);
    }
    return x;
}
static inline int8x16_t vshrq_n_s8(int8x16_t x, int by)
{
    for (int i = 0; i < 16; i++) {
        x.v[i] = (int8_t)(x.v[i] >> by);
    }
    return x;
}

#endif
