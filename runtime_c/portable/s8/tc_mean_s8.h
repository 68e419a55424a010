/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MEAN_S8_H
#define TC_MEAN_S8_H

#include "tc_mean_fields.h"
#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_mean_s8 {
    TC_MEAN_FIELDS
};
/* output (kept, kept, kept) = scaled sums of the input over the reduced axes. */
TC_CODE void tc_mean_s8(const struct tc_mean_s8 *p, const int8_t *input, int8_t *output);
/* Of means over rows and columns: sums of the rows so far, and what they make in the end. */
TC_CODE void tc_mean_s8_sum(const void *params, const int8_t *const *rows, int8_t *output);
TC_CODE void tc_mean_s8_end(const void *params, const int8_t *const *rows, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
