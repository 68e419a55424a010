/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters of SVDF, whose memories are of the type T. */
#ifndef TC_SVDF_FIELDS_H
#define TC_SVDF_FIELDS_H

#include <stdint.h>

#define TC_SVDF_FIELDS(T)                                          \
    int16_t inputs, units, rank, memory;                           \
    int16_t input_zero_point, state_zero_point, output_zero_point; \
    int16_t min, max;                                              \
    int32_t feature_multiplier, multiplier;                        \
    int8_t feature_shift, shift;                                   \
    const int8_t *feature_weights; /* (units, rank, inputs) */     \
    const T *time_weights;         /* (units, rank, memory) */     \
    const int32_t *bias;           /* (units) */

#endif
