/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_dot.h"
#include "tc_lstm_s8.h"
#include "tc_lstm.h"

/* The sum wraps at 32 bits. */
TC_CODE
static int32_t leave(int32_t product, int32_t bias, int32_t multiplier, int shift)
{
    const int32_t sum = (int32_t)((uint32_t)product + (uint32_t)bias);
    return tc_saturate_s16(tc_requantize(sum, multiplier, shift));
}

TC_LSTM(tc_lstm_s8, int8_t, INT8_MIN, INT8_MAX, int32_t, tc_dots_s8, leave)
