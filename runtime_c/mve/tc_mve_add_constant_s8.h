/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MVE_ADD_CONSTANT_S8_H
#define TC_MVE_ADD_CONSTANT_S8_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_mve_add_constant_s8 {
    int32_t shape[4], steps[4], term_steps[4];
    int16_t min, max;
    int32_t factor1, factor2, constant; /* sum = x * factor1 + term * factor2 + constant */
    int32_t shift;                      /* left, which brings outputs into the highest byte of a word */
    const int8_t *terms;
};
/* The sum or difference of a tensor and a constant one, either way: as tc_mve_add_s8. */
TC_CODE void tc_mve_add_constant_s8(const struct tc_mve_add_constant_s8 *p, const int8_t *input, int8_t *output);
TC_CODE void tc_mve_add_constant_s8_row(const void *params, const int8_t *const *rows, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
