/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MVE_FULLY_CONNECTED_S4_H
#define TC_MVE_FULLY_CONNECTED_S4_H

#include "tc_mve_fully_connected_fields.h"
#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_mve_fully_connected_s4 {
    TC_MVE_FULLY_CONNECTED_FIELDS /* in the table two outputs share their bytes: tc_mve_dense_s4.h */
};
/* Rows of any number times a constant matrix of int4, for Helium. */
TC_CODE void tc_mve_fully_connected_s4(const struct tc_mve_fully_connected_s4 *p, const int8_t *input, int8_t *output,
                                       void *scratch);

#ifdef __cplusplus
}
#endif

#endif
