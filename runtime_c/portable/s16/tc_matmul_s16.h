/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MATMUL_S16_H
#define TC_MATMUL_S16_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_matmul_s16 {
    int32_t batches, rows, depth, columns;
    int32_t a_step, b_step; /* elements from one matrix to the next, 0 to use the same again */
    int16_t min, max;
    int32_t multiplier;
    int8_t shift;
};
/* output (batches, rows, columns) = a (batches, rows, depth) b (batches, depth, columns). */
TC_CODE void tc_matmul_s16(const struct tc_matmul_s16 *p, const int16_t *a, const int16_t *b, int16_t *output);

#ifdef __cplusplus
}
#endif

#endif
