/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters of fully connected layers of int8, whose weights may be int4. Private to their kernels. */
#ifndef TC_MVE_FULLY_CONNECTED_FIELDS_H
#define TC_MVE_FULLY_CONNECTED_FIELDS_H

#include <stdint.h>

#define TC_MVE_FULLY_CONNECTED_FIELDS                                                                               \
    int32_t rows, input_n, output_n;                                                                                \
    int16_t output_zero_point, min, max;                                                                            \
    int16_t first, rest, more; /* chunks of 16 products: first + more * rest */                                     \
    int16_t together;          /* outputs that are made at a time: 8 of a single row, or 4: tc_mve_dense.h */       \
    int16_t alike;             /* 1: all outputs have one m, which comes first; with 8 together */                  \
    int32_t scale;             /* of the short requantisation; 0: the general one */                                \
    int32_t shift;                                                                                                  \
    const int32_t *packed;     /* of one group of outputs after the other weights, by chunks, and requantisation */

#endif
