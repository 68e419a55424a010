/* SPDX-License-Identifier: Apache-2.0 */
/* Sums of one vector of inputs, of depthwise convolutions: four outputs of a channel at a time. Private to them. */
#ifndef TC_MVE_PATCHES_H
#define TC_MVE_PATCHES_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What VST4 makes of four vectors: words of a byte of each, one for each of 16 channels. */
#define TC_MVE_WORDS 64

/* A gather of four words brings 16 inputs of a channel; VMLADAV makes four sums of them, with weights moved by some
 * bytes each, or one sum of each of four. Every field has 4 bytes: assembly reads them by their offsets. The first four move on with the channel. */
struct tc_mve_patches {
    const int8_t *weights;             /* 0: of the first channel, 16 of each, behind zeros */
    const int32_t *words;              /* 4: of its requantisation, short (b, m) or general (bias, m, shift) */
    const int8_t *input;               /* 8: words of the first channel; those of the next are 4 bytes on */
    int8_t *output;                    /* 12: of the first channel; that of the next is a byte on */
    int32_t channels;                  /* 16 */
    int32_t fours, rest;               /* 20, 24: turns of four outputs, and outputs of a last one, or 0 */
    int32_t input_step, output_step;   /* 28, 32: bytes from gather to gather, from turn to turn */
    int32_t input_back, output_back;   /* 36, 40: the same before the last one, added */
    int32_t square;                    /* 44: weights are moved 1: by a row, a column, both; 0: by 1, 2, 3 bytes; -1: not */
    int32_t scale, shift;              /* 48, 52: as in tc_mve_dense.h; scale is 0 for the general form, else 2^left */
    int32_t left;                      /* 56 */
    int32_t zero_point;                /* 60 */
    uint32_t columns[4], places[4];    /* 64, 80: offsets of the words, and of the outputs */
};

/* All outputs of all channels, between the bounds of int8. */
TC_CODE void tc_mve_patches(struct tc_mve_patches *run);

/* The bounds of a layer, where they are narrower. */
TC_CODE void tc_mve_clamp(int8_t *values, int32_t count, int32_t low, int32_t high);

#ifdef __cplusplus
}
#endif

#endif
