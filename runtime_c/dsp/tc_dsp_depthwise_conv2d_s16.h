/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_DSP_DEPTHWISE_CONV2D_S16_H
#define TC_DSP_DEPTHWISE_CONV2D_S16_H

#include "tc_dsp_image.h"
#include "tc_dsp_lanes_s16.h"
#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Lines are rows of the output or, where that is faster, its columns. */
struct tc_dsp_depthwise_conv2d_s16 {
    int16_t input_h, input_w, input_c;
    int16_t output_h, output_w, output_c; /* output_c is a multiple of input_c, 2 or more */
    int16_t kernel_h, kernel_w;
    int16_t stride_h, stride_w;
    int16_t dilation_h, dilation_w;
    int16_t pad_top, pad_left;
    int16_t min, max; /* but for those of a ReLU, which `run` keeps */
    int16_t direct;  /* 1: windows are read where the input is; 0: rows of it, with borders, are in scratch */
    int16_t turned;  /* 1: lines are columns */
    int16_t rows;    /* of the output, made at a time */
    int16_t reach;   /* rows of the input under a window */
    int16_t factors; /* words by which a channel leaves */
    int16_t lines_of_window;
    int32_t taps;      /* of a window in all */
    int32_t next_line; /* bytes from a line of a window to the next, where it is read */
    int32_t down;      /* and from the windows of a line of the output to those of the next */
    int32_t x_apart;   /* and from a pixel of a line to the next */
    int32_t y_apart, y_down; /* bytes of the output from a pixel to the next of a line, and from a line to the next */
    struct tc_dsp_image image; /* rows in scratch, of output_c channels */
    tc_dsp_lanes_s16 *run;
    const int8_t *weights;  /* (lines of the window, taps of each, output_c) */
    const int32_t *bias;    /* (output_c) */
    const uint32_t *leave;  /* (output_c, factors) */
};
/* 2-D convolution of each int16 channel by itself, with output_c / input_c int8 filters each, for cores with the DSP
 * extension. scratch: 4 bytes of each tap, bias and factor of two channels, then the image. */
TC_CODE void tc_dsp_depthwise_conv2d_s16(const struct tc_dsp_depthwise_conv2d_s16 *p, const int16_t *input, int16_t *output,
                                         void *scratch);

#ifdef __cplusplus
}
#endif

#endif
