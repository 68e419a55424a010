/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_CMSIS_MATMUL_S16_H
#define TC_CMSIS_MATMUL_S16_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_cmsis_matmul_s16 {
    int32_t batches, rows, depth, columns;
    int32_t a_step, b_step; /* elements from one matrix to the next, 0 to use the same again */
    int16_t min, max;
    int32_t multiplier;
    int8_t shift;
    int8_t b_transposed; /* 1: b is (batches, columns, depth); 0: scratch is for one of its matrices */
};
/* output (batches, rows, columns) = a (batches, rows, depth) b (batches, depth, columns). Multipliers have 31
 * fraction bits; CMSIS-NN rounds them to 15 where it sums in 64 bits. By Arm's CMSIS-NN, which is not part of
 * TinyCompile. */
TC_CODE void tc_cmsis_matmul_s16(const struct tc_cmsis_matmul_s16 *p, const int16_t *a, const int16_t *b, int16_t *output,
                         void *scratch);

#ifdef __cplusplus
}
#endif

#endif
