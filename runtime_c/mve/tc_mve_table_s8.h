/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MVE_TABLE_S8_H
#define TC_MVE_TABLE_S8_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_mve_table_s8 {
    int32_t count;
    const int8_t *table; /* (256) by the input's byte */
};
/* Any function of one element, int8 or the bytes of uint8; may run in place. */
TC_CODE void tc_mve_table_s8(const struct tc_mve_table_s8 *p, const void *input, void *output);
TC_CODE void tc_mve_table_s8_row(const void *params, const int8_t *const *rows, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
