/* SPDX-License-Identifier: Apache-2.0 */
/* Walking two operands over the shape of their result, rows of it at a time. Private to the kernels.
 *
 * A step is how far an operand moves when an index of the result grows by one; it is 0 along an axis
 * where the operand is broadcast. The last axis is the kernel's inner loop. */
#ifndef TC_BROADCAST_H
#define TC_BROADCAST_H

#include <stdint.h>

#define TC_AXES 4

struct tc_row {
    int32_t index[TC_AXES - 1];
    int32_t first, second; /* offsets of the row in each operand */
};

/* Move on to the next row; 0 after the last one. */
static inline int tc_next_row(struct tc_row *row, const int32_t *shape, const int32_t *steps1,
                              const int32_t *steps2)
{
    for (int axis = TC_AXES - 2; axis >= 0; axis--) {
        row->first += steps1[axis];
        row->second += steps2[axis];
        if (++row->index[axis] < shape[axis]) {
            return 1;
        }
        row->first -= steps1[axis] * shape[axis];
        row->second -= steps2[axis] * shape[axis];
        row->index[axis] = 0;
    }
    return 0;
}

#endif
