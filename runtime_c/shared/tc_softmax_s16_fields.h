/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters of softmax of int16. */
#ifndef TC_SOFTMAX_S16_FIELDS_H
#define TC_SOFTMAX_S16_FIELDS_H

#include <stdint.h>

#define TC_SOFTMAX_S16_FIELDS                                                                            \
    int32_t rows, depth; /* depth is below 2^16 */                                                       \
    int32_t multiplier;  /* input * multiplier * 2^(shift - 31) is a logarithm in steps of 10 / 65535 */ \
    int8_t shift;                                                                                        \
    const int16_t *exponentials; /* (513) of exp(x), x from -10 to 0, 15 fractional bits */              \
    const int16_t *inverses;     /* (513) of 1 / (1 + x), x from 0 to 1, 15 fractional bits */

#endif
