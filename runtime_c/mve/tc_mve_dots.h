/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of weights times a vector, for Helium. Private to the kernels. */
#ifndef TC_MVE_DOTS_H
#define TC_MVE_DOTS_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Rows of weights, each of `count` behind the other, times x. There is room for a multiple of four sums. */
TC_CODE void tc_mve_dots(const int8_t *x, const int8_t *w, int32_t count, int32_t rows, int32_t *sums);

#ifdef __cplusplus
}
#endif

#endif
