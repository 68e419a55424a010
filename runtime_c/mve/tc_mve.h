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
#include "tc_mve_in_c_narrow.h"
#include "tc_mve_in_c_s16.h"
#include "tc_mve_in_c_s4.h"
#endif

#define TC_MVE_INLINE static inline __attribute__((always_inline))

#endif
