/* SPDX-License-Identifier: Apache-2.0 */
/* Bounds of outputs that are narrower than int8's or int16's, which kernels keep by themselves. Private to them. */
#ifndef TC_DSP_CLAMP_H
#define TC_DSP_CLAMP_H

#include "tc_dsp.h"

static inline void tc_dsp_clamp(int8_t *y, int32_t count, int32_t low, int32_t high)
{
    if (low == -128 && high == 127) {
        return;
    }
    for (int32_t i = 0; i < count; i++) {
        y[i] = (int8_t)(y[i] < low ? low : y[i] > high ? high : y[i]);
    }
}

/* Of a ReLU results are at least 0 already. */
static inline void tc_dsp_clamp_s16(int16_t *y, int32_t count, int32_t low, int32_t high)
{
    if ((low == -32768 || low == 0) && high == 32767) {
        return;
    }
    for (int32_t i = 0; i < count; i++) {
        y[i] = (int16_t)(y[i] < low ? low : y[i] > high ? high : y[i]);
    }
}

#endif
