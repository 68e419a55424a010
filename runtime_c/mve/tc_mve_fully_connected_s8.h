/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MVE_FULLY_CONNECTED_S8_H
#define TC_MVE_FULLY_CONNECTED_S8_H

#include "tc_mve_fully_connected_fields.h"
#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_mve_fully_connected_s8 {
    TC_MVE_FULLY_CONNECTED_FIELDS
};
/* Rows of any number times a constant matrix, for Helium. */
TC_CODE void tc_mve_fully_connected_s8(const struct tc_mve_fully_connected_s8 *p, const int8_t *input, int8_t *output,
                               void *scratch);

#ifdef __cplusplus
}
#endif

#endif
