/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MVE_CONCAT_H
#define TC_MVE_CONCAT_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_mve_concat {
    int32_t count, rows;
    const int32_t *runs; /* (count) bytes of each input in a row of the output */
};
/* Each row of the output is the next run of every input. */
TC_CODE void tc_mve_concat(const struct tc_mve_concat *p, const void *const *inputs, void *output);
TC_CODE void tc_mve_concat_row(const void *params, const int8_t *const *rows, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
