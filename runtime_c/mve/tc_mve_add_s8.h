/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MVE_ADD_S8_H
#define TC_MVE_ADD_S8_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_mve_add_s8 {
    int32_t shape[4], steps1[4], steps2[4];
    int16_t min, max;
    int32_t factor1, factor2, constant; /* sum = x * factor1 + y * factor2 + constant */
    int32_t shift;                      /* left, which brings outputs into the highest byte of a word */
};
/* The sum or difference of two tensors: the sum's bits from some bit on, saturated, which for all x and y is what
 * TFLite makes of them. */
TC_CODE void tc_mve_add_s8(const struct tc_mve_add_s8 *p, const int8_t *input1, const int8_t *input2, int8_t *output);
TC_CODE void tc_mve_add_s8_row(const void *params, const int8_t *const *rows, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
