/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MATMUL_S8_H
#define TC_MATMUL_S8_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_matmul_s8 {
    int32_t batches, rows, depth, columns;
    int32_t a_step, b_step; /* elements from one matrix to the next, 0 to use the same again */
    int16_t a_zero_point, b_zero_point;
    int32_t multiplier;
    int8_t shift;
    int16_t output_zero_point;
    int16_t min, max;
};
/* output (batches, rows, columns) = a (batches, rows, depth) b (batches, depth, columns). */
TC_CODE void tc_matmul_s8(const struct tc_matmul_s8 *p, const int8_t *a, const int8_t *b, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
