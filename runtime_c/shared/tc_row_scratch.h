/* SPDX-License-Identifier: Apache-2.0 */
/* Where a kernel that makes rows finds its scratch. Private to the kernels. */
#ifndef TC_ROW_SCRATCH_H
#define TC_ROW_SCRATCH_H

#include <stdint.h>

/* It is among the rows that it reads. */
static inline void *tc_row_scratch(const int8_t *row)
{
    return (void *)(uintptr_t)row;
}

#endif
