/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MVE_LSTM_S8_H
#define TC_MVE_LSTM_S8_H

#include "tc_lstm_fields.h"
#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_mve_lstm_s8 {
    TC_LSTM_FIELDS(int32_t)
};
/* For Helium, a long short-term memory over sequences: h is int8, c int16 in steps of a power of two. An initial
 * state that is NULL is 0, an output that is NULL is not wanted; last states may be written over the initial ones. Scratch is
 * for the sums of two products of hidden_n units, in fours, int32; 4 * hidden_n gates and c, int16; and h. */
TC_CODE void tc_mve_lstm_s8(const struct tc_mve_lstm_s8 *p, const int8_t *input, const int8_t *initial_h,
                const int16_t *initial_c, int8_t *output, int8_t *last_h, int16_t *last_c, void *scratch);

#ifdef __cplusplus
}
#endif

#endif
