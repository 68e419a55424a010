/* SPDX-License-Identifier: Apache-2.0 */
/* Four sums of one factor leave as in TFLite. Private to the kernels. */
#ifndef TC_MVE_REQUANTIZE_H
#define TC_MVE_REQUANTIZE_H

#include "tc_mve.h"

/* x * multiplier * 2^(shift - 31), rounded twice as TFLite does: halves go up, then away from 0. */
TC_MVE_INLINE int32x4_t tc_mve_requantize(int32x4_t x, int32_t multiplier, int32_t shift)
{
    if (shift >= 0) {
        return vqrdmulhq_n_s32(vshlq_r_s32(x, shift), multiplier);
    }
    return vrshlq_n_s32(vqrdmlahq_n_s32(vshrq_n_s32(x, 31), x, multiplier), shift); /* one less where x is negative */
}

TC_MVE_INLINE int32x4_t tc_mve_clamp_s32(int32x4_t x, int32_t low, int32_t high)
{
    return vminq_s32(vmaxq_s32(x, vdupq_n_s32(low)), vdupq_n_s32(high));
}

#endif
