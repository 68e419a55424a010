/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_FULLY_CONNECTED_PACKED_S8_H
#define TC_FULLY_CONNECTED_PACKED_S8_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_fully_connected_packed_s8 {
    int32_t rows, input_n, output_n;
    int16_t output_zero_point;
    int16_t min, max;
    int16_t bits, codebook_step;
    const uint8_t *weights;     /* (output_n, bytes of input_n indices) */
    const int8_t *codebook;     /* (1 or output_n, 2^bits) */
    const int32_t *bias;        /* (output_n), minus the input's zero point times the sum of the weights */
    const int32_t *multipliers; /* (output_n) */
    const int8_t *shifts;       /* (output_n) */
};
/* output (rows, output_n) = input (rows, input_n) weights + bias. Weights are indices of codebooks: `bits`
 * bits each, 1, 2 or 4, the first the lowest of its byte; every output channel begins a byte. Its codebook of
 * 2^bits values lies codebook_step after that of the channel before: 0 where all share one. */
TC_CODE void tc_fully_connected_packed_s8(const struct tc_fully_connected_packed_s8 *p, const int8_t *input,
                                  int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
