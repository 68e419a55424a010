/* SPDX-License-Identifier: Apache-2.0 */
/* Copying within an arena. Private to the kernels. */
#ifndef TC_COPY_H
#define TC_COPY_H

#include <stdint.h>
#include <string.h>

/* Copies `count` bytes. They may overlap where an output runs into a dying input: memmove is slower. */
static inline void tc_copy(int8_t *out, const int8_t *in, int32_t count)
{
    if ((uintptr_t)in - (uintptr_t)out < (uintptr_t)count) {
        memmove(out, in, (size_t)count);
    } else {
        memcpy(out, in, (size_t)count);
    }
}

#endif
