/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters of matmuls of int8 whose sums leave by one doubling multiplication. */
#ifndef TC_MATMUL_FIELDS_H
#define TC_MATMUL_FIELDS_H

#include <stdint.h>

#define TC_MATMUL_FIELDS                                                                        \
    int32_t batches, rows, depth, columns;                                                      \
    int32_t a_step, b_step; /* elements from one matrix to the next, 0 to use the same again */ \
    int16_t a_zero_point, b_zero_point;                                                         \
    int32_t multiplier;                                                                         \
    int32_t constant; /* (2 * zero point of the output + 1) * 2^(shift - 1) */                  \
    int8_t shift;     /* to the right, 1 to 20 */                                               \
    int16_t min, max;

#endif
