/* SPDX-License-Identifier: Apache-2.0 */
/* Sums of products of int16 and int8. Private to the kernels. */
#ifndef TC_MVE_DENSE_S16_H
#define TC_MVE_DENSE_S16_H

#include "tc_mve_dense.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How sums become outputs. */
enum {
    TC_MVE_LONG = -1, /* sums have 64 bits */
    TC_MVE_NARROW = 0, /* they wrap at 32 bits: the general requantisation of int8 */
    TC_MVE_SHORT = 1 /* they never leave 32 bits */
};

/* The sets of all pixels. Chunks are eight inputs, weights 8 bytes a chunk and channel; the words are
 *  short    bias, m                   output = clamp((sum + bias) * m / 2^31), rounded: halves go up
 *  narrow   as in tc_mve_dense.h
 * and of long sums
 *           bias, its high words, m, shift      output = clamp((sum + bias) * m * 2^(shift - 15)), halves go up */
TC_CODE void tc_mve_dense_s16(const struct tc_mve_dense *run);
TC_CODE void tc_mve_dense_long_s16(const struct tc_mve_dense *run);

/* What is to be made so, once all else of the layer is known. */
static inline void tc_mve_dense_of_s16(struct tc_mve_dense *run, int32_t way)
{
    const int32_t words = way == TC_MVE_LONG ? 16 : way == TC_MVE_SHORT ? 8 : 12;
    run->scale = way;
    run->zero_point = 0;
    run->size = 2;
    tc_mve_dense_by(run, way == TC_MVE_LONG ? tc_mve_dense_long_s16 : tc_mve_dense_s16,
                    tc_mve_dense_reach(run) / 2 + words);
}

#ifdef __cplusplus
}
#endif

#endif
