/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters of matmuls of int16 whose sums leave as the high half of one product. */
#ifndef TC_MATMUL_S16_FIELDS_H
#define TC_MATMUL_S16_FIELDS_H

#include <stdint.h>

#define TC_MATMUL_S16_FIELDS                                                                                           \
    int32_t batches, rows, depth, columns;                                                                             \
    int32_t a_step, b_step; /* elements from one matrix to the next, 0 to use the same again */                        \
    int16_t min, max;                                                                                                  \
    int32_t factor;      /* 2^32 times that of sums to the output: the rounded high half of a product leaves */        \
    int8_t b_transposed; /* 1: b is (batches, columns, depth) */

#endif
