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
 * bytes each, or one sum of each of four. Outputs are made in lines, four at a turn. Every field has 4 bytes: assembly
 * reads them by their offsets. */
struct tc_mve_patches {
    const int8_t *weights;             /* 0: of the first channel, 16 of each, behind zeros */
    const int32_t *words;              /* 4: of its requantisation, short (b, m) or general (bias, m, shift) */
    const int8_t *input;               /* 8: words of the first channel; those of the next are 4 bytes on */
    int8_t *output;                    /* 12: of the first channel; that of the next is a byte on */
    int32_t channels;                  /* 16 */
    int32_t fours, rest;               /* 20, 24: turns of a line, at least 1, and is there one more? */
    int32_t input_step, output_step;   /* 28, 32: bytes from gather to gather, from turn to turn */
    int32_t input_back, output_back;   /* 36, 40: the same before the one more, added: it makes some outputs again */
    int32_t square;                    /* 44: weights are moved 1: by a row, a column, both; 0: by 1, 2, 3 bytes; -1: not */
    int32_t scale, shift;              /* 48, 52: as in tc_mve_dense.h; scale is 0 for the general form */
    int32_t lines;                     /* 56 */
    int32_t zero_point;                /* 60 */
    int32_t input_line, output_line;   /* 64, 68: bytes from line to line */
    uint32_t columns[4], places[4];    /* 72, 88: offsets of the words, and of the outputs */
    int32_t next_line, next_output_line; /* 104, 108: set here, from where a line ends to the next one */
    int32_t next, next_output;           /* 112, 116: from the last line of a channel to the first of the next */
};

/* All outputs of all channels, between the bounds of int8. With `square` 0 steps are of TC_MVE_WORDS and `rest` is how
 * many outputs the last turn makes; with 1 they are of twice as many. Of `run` what moves on is used up: the first four
 * pointers, channels and lines. */
TC_CODE void tc_mve_patches(struct tc_mve_patches *run);

/* The bounds of a layer, where they are narrower. */
TC_CODE void tc_mve_clamp(int8_t *values, int32_t count, int32_t low, int32_t high);

#ifdef __cplusplus
}
#endif

#endif
