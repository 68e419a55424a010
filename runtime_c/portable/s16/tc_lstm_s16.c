/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_dot.h"
#include "tc_lstm_s16.h"
#include "tc_lstm.h"
#include "tc_requantize_s16.h"

TC_CODE
static void dots(const int16_t *x, const int8_t *w, int32_t count, int32_t rows, int64_t *sums)
{
    for (int32_t row = 0; row < rows; row++) {
        sums[row] = tc_dot_s16(x, w + row * count, count);
    }
}

TC_CODE
static int32_t leave(int64_t product, int64_t bias, int32_t multiplier, int shift)
{
    return tc_saturate_s16(tc_requantize_s64(product + bias, multiplier, shift));
}

TC_LSTM(tc_lstm_s16, int16_t, INT16_MIN, INT16_MAX, int64_t, dots, leave)
