/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MVE_SVDF_S8_H
#define TC_MVE_SVDF_S8_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_mve_svdf_s8 {
    int16_t inputs, units, rank, memory;
    int16_t input_zero_point, state_zero_point, output_zero_point;
    int16_t min, max;
    int32_t feature_multiplier, multiplier;
    int8_t feature_shift, shift;
    const int8_t *feature_weights; /* (units, rank, inputs) */
    const int8_t *time_weights;    /* (units, rank, memory) */
    const int32_t *bias;           /* (units) */
};
/* For Helium: filters of the input, each with a memory of its last outputs; a unit is a sum over its filters' memories.
 * The state changes; it lies in the arena from run to run. */
TC_CODE void tc_mve_svdf_s8(const struct tc_mve_svdf_s8 *p, const int8_t *input, int8_t *state, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
