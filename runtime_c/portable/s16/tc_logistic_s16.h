/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_LOGISTIC_S16_H
#define TC_LOGISTIC_S16_H

#include "tc_sigmoid_fields.h"
#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_logistic_s16 {
    TC_SIGMOID_FIELDS
};
/* The logistic function with 15 fractional bits; may run in place. */
TC_CODE void tc_logistic_s16(const struct tc_logistic_s16 *p, const int16_t *input, int16_t *output);

#ifdef __cplusplus
}
#endif

#endif
