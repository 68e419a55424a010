/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_SOFTMAX_S16_H
#define TC_SOFTMAX_S16_H

#include "tc_softmax_s16_fields.h"
#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_softmax_s16 {
    TC_SOFTMAX_S16_FIELDS
};
/* Softmax over rows of depth, with 15 fractional bits; may run in place. */
TC_CODE void tc_softmax_s16(const struct tc_softmax_s16 *p, const int16_t *input, int16_t *output);

#ifdef __cplusplus
}
#endif

#endif
