/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MVE_MATMUL_S8_H
#define TC_MVE_MATMUL_S8_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_mve_matmul_s8 {
    int32_t batches, rows, depth, columns;
    int32_t a_step, b_step; /* elements from one matrix to the next, 0 to use the same again */
    int16_t b_transposed;   /* b is (batches, columns, depth) */
    int16_t a_zero_point, b_zero_point;
    int32_t multiplier;
    int32_t constant; /* (2 * zero point of the output + 1) * 2^(shift - 1) */
    int8_t shift;     /* to the right, 1 to 20 */
    int16_t min, max;
};
/* For Helium: output (batches, rows, columns) = a (batches, rows, depth) b (batches, depth, columns). scratch: 4 bytes for
 * each row, and, if b is not transposed, 64 for each 16 of depth, the last of which may be fewer. */
TC_CODE void tc_mve_matmul_s8(const struct tc_mve_matmul_s8 *p, const int8_t *a, const int8_t *b, int8_t *output, void *scratch);

#ifdef __cplusplus
}
#endif

#endif
