/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters of minima and maxima of two tensors. */
#ifndef TC_MIN_MAX_FIELDS_H
#define TC_MIN_MAX_FIELDS_H

#include <stdint.h>

#define TC_MIN_MAX_FIELDS                                      \
    int32_t shape[4], steps1[4], steps2[4];                    \
    int8_t maximum; /* 1 for the maximum, 0 for the minimum */

#endif
