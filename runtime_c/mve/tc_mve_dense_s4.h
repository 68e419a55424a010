/* SPDX-License-Identifier: Apache-2.0 */
/* Sums of products of int8 and int4. Private to the kernels. */
#ifndef TC_MVE_DENSE_S4_H
#define TC_MVE_DENSE_S4_H

#include "tc_mve_dense.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The sets of all pixels. Weights are 32 bytes a chunk: 16 with those of the set's first channel in the low halves and of
 * the second in the high ones, and 16 of the other two. The words are those of tc_mve_dense_s8.h. */
TC_CODE void tc_mve_dense_s4(const struct tc_mve_dense *run);

/* What is to be made so, once all else of the layer is known. Sums come times 16: the least scale is 64. */
static inline void tc_mve_dense_of_s4(struct tc_mve_dense *run)
{
    run->scale /= 16;
    run->size = 1;
    tc_mve_dense_by(run, tc_mve_dense_s4, tc_mve_dense_reach(run) / 2 + (run->scale ? 8 : 12));
}

#ifdef __cplusplus
}
#endif

#endif
