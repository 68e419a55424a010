/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters of fully connected layers of int8; shifts of outputs are of the type SHIFT. */
#ifndef TC_FULLY_CONNECTED_FIELDS_H
#define TC_FULLY_CONNECTED_FIELDS_H

#include <stdint.h>

#define TC_FULLY_CONNECTED_FIELDS(SHIFT)                                                                    \
    int32_t rows, input_n, output_n;                                                                        \
    int16_t output_zero_point;                                                                              \
    int16_t min, max;                                                                                       \
    const int8_t *weights;      /* (output_n, input_n) */                                                   \
    const int32_t *bias;        /* (output_n), minus the input's zero point times the sum of the weights */ \
    const int32_t *multipliers; /* (output_n) */                                                            \
    const SHIFT *shifts;        /* (output_n) */

#endif
