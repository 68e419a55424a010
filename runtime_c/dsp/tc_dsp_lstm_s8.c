/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_dsp_dots.h"
#include "tc_dsp_lstm_s8.h"
#include "tc_lstm.h"

TC_INLINE void dots(const int8_t *x, const int8_t *w, int32_t count, int32_t rows, int32_t *sums)
{
    tc_dsp_dots(x, 0, w, count, rows, sums);
}

/* The sum wraps at 32 bits. */
TC_CODE
static int32_t leave(int32_t product, int32_t bias, int32_t multiplier, int shift)
{
    const int32_t sum = (int32_t)((uint32_t)product + (uint32_t)bias);
    return tc_saturate_s16(tc_requantize(sum, multiplier, shift));
}

TC_LSTM(tc_dsp_lstm_s8, int8_t, INT8_MIN, INT8_MAX, int32_t, dots, leave)
