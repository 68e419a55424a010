/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_dot.h"
#include "tc_lstm_s16.h"
#include "tc_lstm.h"
#include "tc_requantize_s16.h"

static int32_t product(const int16_t *x, const int8_t *w, int32_t count, int64_t bias, int32_t multiplier, int shift)
{
    return tc_saturate_s16(tc_requantize_s64(bias + tc_dot_s16(x, w, count), multiplier, shift));
}

TC_LSTM(tc_lstm_s16, int16_t, INT16_MIN, INT16_MAX, product)
