/* SPDX-License-Identifier: Apache-2.0 */
/* Helium's intrinsics, those of Arm's C Language Extensions; elsewhere, so that the kernels can be tested there, the
 * same in C. Private to the kernels.
 *
 * Where gcc loses much with intrinsics, kernels have assembly; -DTC_NO_ASM leaves it out. */
#ifndef TC_MVE_H
#define TC_MVE_H

#include <stdint.h>

#ifdef __ARM_FEATURE_MVE
#include <arm_mve.h>
#else
#include "tc_mve_in_c.h"
#include "tc_mve_in_c_f32.h"
#include "tc_mve_in_c_lanes.h"
#include "tc_mve_in_c_s16.h"
#include "tc_mve_in_c_s4.h"
#endif

#define TC_MVE_INLINE static inline __attribute__((always_inline))

/* Four words from core registers. */
TC_MVE_INLINE int32x4_t tc_mve_four(int32_t a, int32_t b, int32_t c, int32_t d)
{
#if defined(__ARM_FEATURE_MVE) && !defined(TC_NO_ASM)
    int32x4_t v; /* two words an instruction, which gcc does not find */
    __asm__("vmov %q0[2], %q0[0], %1, %3\n vmov %q0[3], %q0[1], %2, %4"
            : "=&w"(v)
            : "r"(a), "r"(b), "r"(c), "r"(d));
    return v;
#else
    const int32_t words[4] = {a, b, c, d};
    return vld1q_s32(words);
#endif
}

#endif
