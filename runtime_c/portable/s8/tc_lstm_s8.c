/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_lstm_s8.h"
#include "tc_lstm.h"

static int32_t product(const int8_t *x, const int8_t *w, int32_t count, int32_t bias, int32_t multiplier, int shift)
{
    uint32_t sum = (uint32_t)bias;
    for (int32_t i = 0; i < count; i++) {
        sum += (uint32_t)(x[i] * w[i]);
    }
    return tc_saturate_s16(tc_requantize((int32_t)sum, multiplier, shift));
}

TC_LSTM(tc_lstm_s8, int8_t, INT8_MIN, INT8_MAX, product)
