/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_DSP_CONV2D_WINOGRAD_S8_H
#define TC_DSP_CONV2D_WINOGRAD_S8_H

#include "tc_dsp_tiles.h"
#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_dsp_conv2d_winograd_s8 {
    int16_t height, width;     /* of input and output: an even number, a multiple of 4 */
    int16_t input_c, output_c; /* multiples of 4 */
    int16_t input_zero_point, output_zero_point;
    int16_t is_signed; /* the filters have `d` */
    int16_t shift;     /* the final one */
    int16_t min, max;
    tc_dsp_tiles *run;       /* of input_c channels */
    const uint32_t *filters; /* of each four output channels: biases, (m, c) of each, `d` of each if signed, then of each of 16
                                values of each two input channels, (0, 2), (1, 3), (4, 6) ..., a word of each channel. Where
                                constants are not proved, m and c are ~multiplier and the shift. */
};
/* 3x3 convolution of stride 1 with a border of 1 by Winograd's F(2x2, 3x3), for cores with the DSP extension. */
TC_CODE void tc_dsp_conv2d_winograd_s8(const struct tc_dsp_conv2d_winograd_s8 *p, const int8_t *input, int8_t *output,
                                       void *scratch);

#ifdef __cplusplus
}
#endif

#endif
