/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_TANH_S16_H
#define TC_TANH_S16_H

#include "tc_sigmoid_fields.h"
#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_tanh_s16 {
    TC_SIGMOID_FIELDS
};
/* tanh with 15 fractional bits; may run in place. */
TC_CODE void tc_tanh_s16(const struct tc_tanh_s16 *p, const int16_t *input, int16_t *output);

#ifdef __cplusplus
}
#endif

#endif
