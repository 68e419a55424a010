/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_DSP_FULLY_CONNECTED_S4_H
#define TC_DSP_FULLY_CONNECTED_S4_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_dsp_fully_connected_s4 {
    int32_t rows, input_n, output_n;
    int16_t output_zero_point;
    int16_t min, max;
    const uint32_t *weights;    /* of each four outputs, then of the last few, of each eight inputs a word of each output: w + 8,
                                   in four bits each; from the lowest those of inputs 0, 1, 4, 5, 2, 3, 6, 7 */
    const int32_t *bias;        /* (output_n), minus the input's zero point times the sum of the weights */
    const int32_t *multipliers; /* (output_n) */
    const int8_t *shifts;       /* (output_n) */
};
/* output (rows, output_n) = input (rows, input_n) weights + bias, with weights of 4 bits, for cores with the DSP extension.
 * scratch: 16 bytes of each eight inputs. */
TC_CODE void tc_dsp_fully_connected_s4(const struct tc_dsp_fully_connected_s4 *p, const int8_t *input, int8_t *output,
                                       void *scratch);

#ifdef __cplusplus
}
#endif

#endif
