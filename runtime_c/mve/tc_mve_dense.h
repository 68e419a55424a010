/* SPDX-License-Identifier: Apache-2.0 */
/* Sums of products along rows of memory, for Helium: what convolutions and matrix products have in common.
 * Private to their kernels. */
#ifndef TC_MVE_DENSE_H
#define TC_MVE_DENSE_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Pixels and the channels that are made of each. A pixel is one or several rows of inputs, each of whole chunks of 16
 * bytes. Channels are made in sets of four; `packed` has for each set, one after the other:
 *  - per chunk of inputs, the weights of each of its four channels (0 where the inputs are none of the pixel's);
 *  - the words of its requantisation, four of each kind. Of the short one they differ by types, of the general one
 *    they are bias, m, shift:   output = clamp(zero_point + (sum + bias) * m * 2^(shift - 31)), rounded twice as TFLite
 *    does.
 * Every field has 4 bytes: assembly reads them by their offsets. */
struct tc_mve_dense {
    const int8_t *input;        /* 0: the first pixel's first row */
    int8_t *output;             /* 4: of the first pixel */
    const int32_t *packed;      /* 8 */
    const int32_t *end;         /* 12: of its whole sets */
    int32_t pixels;             /* 16: at least 1 */
    int32_t apart;              /* 20: bytes from one pixel to the next */
    int32_t step;               /* 24: the same of outputs; at least as many as channels */
    int32_t first, rest, rows;  /* 28, 32, 36: chunks of the first row, of each of the further `rows`; 1 to 12 */
    int32_t down, next;         /* 40, 44: bytes from the first row to the second, from that to the third, ... */
    int32_t scale;              /* 48: a power of two; 0 says that the requantisation is the general one */
    int32_t shift;              /* 52: left, of int8, which brings outputs into the highest byte of a word */
    int32_t zero_point, min, max; /* 56, 60, 64: of the general one */
    int32_t channels;           /* at least 4; where they are no multiple of it, the last set is the last four */
    int32_t size;               /* bytes of an output */
    int32_t set;                /* words of `packed` for each set */
    /* What makes the sets up to `end` of all pixels, two at a time: */
    void (*pairs)(const struct tc_mve_dense *run);
};

/* All outputs of all pixels. Pixels are made two at a time, the last one maybe twice. */
TC_CODE void tc_mve_dense(const struct tc_mve_dense *layer);

/* Bytes of a pixel that are read: its chunks. */
static inline int32_t tc_mve_dense_reach(const struct tc_mve_dense *run)
{
    return 16 * (run->first + run->rows * run->rest);
}

/* How the sets are made, and `words` that each takes: once all else of the layer is known. */
static inline void tc_mve_dense_by(struct tc_mve_dense *run, void (*pairs)(const struct tc_mve_dense *run), int32_t words)
{
    run->pairs = pairs;
    run->set = words;
    run->end = run->packed + run->channels / 4 * words;
}

/* The same for pixels of one row, of which `products` count and `readable` bytes from the first on are the tensor's.
 * Pixels whose last chunk would end behind it are copied to `scratch` first. */
TC_CODE void tc_mve_dense_within(const struct tc_mve_dense *layer, int32_t products, int32_t readable,
                                 int8_t *scratch);

#ifdef __cplusplus
}
#endif

#endif
