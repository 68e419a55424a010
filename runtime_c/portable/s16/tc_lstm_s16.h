/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_LSTM_S16_H
#define TC_LSTM_S16_H

#include "tc_lstm_fields.h"
#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_lstm_s16 {
    TC_LSTM_FIELDS(int64_t)
};
/* A long short-term memory over sequences: h is int16, c int16 in steps of a power of two. An initial state that is
 * NULL is 0, an output that is NULL is not wanted; last states may be written over the initial ones. Scratch is
 * for 4 * hidden_n gates and c, int16, and h. */
TC_CODE void tc_lstm_s16(const struct tc_lstm_s16 *p, const int16_t *input, const int16_t *initial_h,
                 const int16_t *initial_c, int16_t *output, int16_t *last_h, int16_t *last_c, void *scratch);

#ifdef __cplusplus
}
#endif

#endif
