/* SPDX-License-Identifier: Apache-2.0 */
/* Float arithmetic on two operands. Private to its kernels. */
#ifndef TC_ARITHMETIC_H
#define TC_ARITHMETIC_H

#include "tc_broadcast.h"
#include "tc_operation.h"

static inline float tc_arithmetic(enum tc_operation operation, float a, float b)
{
    switch (operation) {
    case TC_ADD:
        return a + b;
    case TC_SUBTRACT:
        return a - b;
    case TC_MULTIPLY:
        return a * b;
    case TC_DIVIDE:
        return a / b;
    case TC_MAXIMUM:
        return a > b ? a : b;
    default: /* TC_MINIMUM */
        return a < b ? a : b;
    }
}

/* output = operation(input1, input2), each walked over the shape of the result by its own steps. */
static inline void tc_walk_f32(enum tc_operation operation, const int32_t *shape, const int32_t *steps1,
                               const int32_t *steps2, const float *input1, const float *input2, float *output)
{
    struct tc_row row = {0};
    do {
        const float *a = input1 + row.first;
        const float *b = input2 + row.second;
        for (int32_t i = 0; i < shape[TC_AXES - 1]; i++) {
            *output++ = tc_arithmetic(operation, *a, *b);
            a += steps1[TC_AXES - 1];
            b += steps2[TC_AXES - 1];
        }
    } while (tc_next_row(&row, shape, steps1, steps2) != 0);
}

#endif
