/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_DSP_MATMUL_S16_H
#define TC_DSP_MATMUL_S16_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_dsp_matmul_s16 {
    int32_t batches, rows, depth, columns; /* columns: 4 or more */
    int32_t a_step, b_step; /* elements from one matrix to the next, 0 to use the same again */
    int16_t min, max;
    int32_t factor;       /* 2^32 times that of sums to the output: the rounded high half of a product leaves */
    int8_t b_transposed; /* 1: b is (batches, columns, depth) */
};
/* output (batches, rows, columns) = a (batches, rows, depth) b (batches, depth, columns), of int16, for cores with the DSP
 * extension. scratch: 16 bytes for each 2 of depth, the last of which may be one. */
TC_CODE void tc_dsp_matmul_s16(const struct tc_dsp_matmul_s16 *p, const int16_t *a, const int16_t *b, int16_t *output,
                               void *scratch);

#ifdef __cplusplus
}
#endif

#endif
