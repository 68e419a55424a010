/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_PAD_H
#define TC_PAD_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_pad {
    int32_t shape[4]; /* the input: rows of row_size in four dimensions */
    int32_t row_size;
    int32_t before;  /* padding in front of the first row */
    int32_t gaps[5]; /* padding after a row that ends the last 0, 1, ... 4 dimensions */
    uint8_t value[4]; /* the element to pad with, as it lies in memory, once or more */
};
/* Constant padding of any dimensions. */
TC_CODE void tc_pad(const struct tc_pad *p, const void *input, void *output);

#ifdef __cplusplus
}
#endif

#endif
