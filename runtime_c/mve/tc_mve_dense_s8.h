/* SPDX-License-Identifier: Apache-2.0 */
/* Sums of products of int8 and int8. Private to the kernels. */
#ifndef TC_MVE_DENSE_S8_H
#define TC_MVE_DENSE_S8_H

#include "tc_mve_dense.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The sets of all pixels. Weights are 16 bytes a chunk and channel; the words are
 *  short    b, m               output = (scale * sum + b) * m / 2^31, rounded down, then down to int8
 *  general  as in tc_mve_dense.h
 * The compiler has proved that the short one is TFLite's for all sums that the channel can reach. */
TC_CODE void tc_mve_dense_s8(const struct tc_mve_dense *run);

/* What is to be made so, once all else of the layer is known. */
static inline void tc_mve_dense_of_s8(struct tc_mve_dense *run)
{
    run->size = 1;
    tc_mve_dense_by(run, tc_mve_dense_s8, tc_mve_dense_reach(run) + (run->scale ? 8 : 12));
}

#ifdef __cplusplus
}
#endif

#endif
