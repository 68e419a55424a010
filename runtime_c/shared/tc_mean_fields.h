/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters of means and sums over axes. */
#ifndef TC_MEAN_FIELDS_H
#define TC_MEAN_FIELDS_H

#include <stdint.h>

#define TC_MEAN_FIELDS                                                                        \
    int32_t kept[3], reduced[2]; /* input (kept, reduced, kept, reduced, kept) */             \
    int32_t bias;                /* minus the input's zero point times the values in a sum */ \
    int32_t multiplier;          /* a mean's includes the division by their count */          \
    int8_t shift;                                                                             \
    int16_t output_zero_point;                                                                \
    int16_t min, max;

#endif
