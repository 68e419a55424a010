/* SPDX-License-Identifier: Apache-2.0 */
/* Words that leave for int16 as in TFLite, in two roundings. Private to the kernels. */
#ifndef TC_MVE_LEAVE_S16_H
#define TC_MVE_LEAVE_S16_H

#include "tc_mve.h"

/* The rounded high half of 2 * x * multiplier, divided by 2^31 / factor >= 2 and rounded, halves away from zero: negative
 * ones lose one before they are divided. */
TC_MVE_INLINE int32x4_t tc_mve_twice_rounded(int32x4_t x, int32_t multiplier, int32_t factor)
{
    return vqrdmulhq_n_s32(vqrdmlahq_n_s32(vshrq_n_s32(x, 31), x, multiplier), factor);
}

/* The even elements and the odd ones. */
TC_MVE_INLINE int16x8_t tc_mve_leave_s16(int32x4_t even, int32x4_t odd, int32_t multiplier, int32_t factor)
{
    const int16x8_t half = vqmovnbq_s32(vdupq_n_s16(0), tc_mve_twice_rounded(even, multiplier, factor));
    return vqmovntq_s32(half, tc_mve_twice_rounded(odd, multiplier, factor));
}

TC_MVE_INLINE int16x8_t tc_mve_clamp_s16(int16x8_t v, int16_t min, int16_t max)
{
    return vminq_s16(vmaxq_s16(v, vdupq_n_s16(min)), vdupq_n_s16(max));
}

#endif
