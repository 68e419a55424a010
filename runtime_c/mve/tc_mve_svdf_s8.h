/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MVE_SVDF_S8_H
#define TC_MVE_SVDF_S8_H

#include "tc_svdf_fields.h"
#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_mve_svdf_s8 {
    TC_SVDF_FIELDS(int8_t)
    const int32_t *offsets; /* (units, rank), minus the input's zero point times the sum of the feature weights */
};
/* For Helium; bias has minus the state's zero point times the sum of the time weights in it. Filters
 * of the input, each with a memory of its last outputs; a unit is a sum over its filters' memories. The state changes; it
 * lies in the arena from run to run. */
TC_CODE void tc_mve_svdf_s8(const struct tc_mve_svdf_s8 *p, const int8_t *input, int8_t *state, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
