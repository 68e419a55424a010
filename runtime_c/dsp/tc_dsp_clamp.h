/* SPDX-License-Identifier: Apache-2.0 */
/* Bounds of outputs that are narrower than their type's, which kernels keep in a second pass. Private to them. */
#ifndef TC_DSP_CLAMP_H
#define TC_DSP_CLAMP_H

#include "tc_dsp.h"

/* Nothing where they are the type's own. */
TC_CODE void tc_dsp_clamp(int8_t *y, int32_t count, int32_t low, int32_t high);
TC_CODE void tc_dsp_clamp_s16(int16_t *y, int32_t count, int32_t low, int32_t high);

#endif
