/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters of the logistic function and tanh of int16. */
#ifndef TC_SIGMOID_FIELDS_H
#define TC_SIGMOID_FIELDS_H

#include <stdint.h>

#define TC_SIGMOID_FIELDS                                                                                \
    int32_t count;                                                                                       \
    int32_t multiplier;    /* below 2^15; input * multiplier / 2^shift counts steps of 1 / (24 * 2^9) */ \
    int8_t shift;          /* to the right */                                                            \
    const uint16_t *table; /* (256) of sigmoid(i / 24), 16 fractional bits */

#endif
