/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_DSP_FULLY_CONNECTED_S16_H
#define TC_DSP_FULLY_CONNECTED_S16_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_dsp_fully_connected_s16 {
    int32_t rows, input_n, output_n;
    int32_t part; /* fours of inputs whose products fit 32 bits, in every output */
    int16_t min, max;
    int8_t narrow;
    const uint32_t *filters; /* of outputs 0-7, 8-15, ...: of each four inputs a word of each output, its bytes the weights w0,
                                w2, w1, w3; then the words of each output that is left */
    const int64_t *bias;        /* (output_n) */
    const int32_t *multipliers; /* (output_n) */
    const int8_t *shifts;       /* (output_n) */
};
/* output (rows, output_n) = input (rows, input_n) weights + bias, for cores with the DSP extension. scratch: if input_n is no
 * multiple of 4, that many values up to one. */
TC_CODE void tc_dsp_fully_connected_s16(const struct tc_dsp_fully_connected_s16 *p, const int16_t *input, int16_t *output,
                                        void *scratch);

#ifdef __cplusplus
}
#endif

#endif
