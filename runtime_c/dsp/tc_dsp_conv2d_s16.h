/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_DSP_CONV2D_S16_H
#define TC_DSP_CONV2D_S16_H

#include "tc_dsp_image.h"
#include "tc_dsp_patches.h"
#include "tc_dsp_run_s16.h"
#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_dsp_conv2d_s16 {
    int16_t input_h, input_w, input_c;
    int16_t output_h, output_w, output_c;
    int16_t kernel_h, kernel_w;
    int16_t stride_h, stride_w;
    int16_t dilation_h, dilation_w;
    int16_t pad_top, pad_left;
    int16_t groups;
    int16_t min, max; /* but for those of a ReLU, which `run` keeps */
    int16_t direct;      /* 1: windows are read where the input is; 0: rows of it, with borders, are in scratch */
    int16_t rows;        /* of the output, made at a time; all if direct */
    int32_t columns;     /* and pixels of each; if direct, all pixels may be one row */
    int32_t row_columns; /* of a whole row */
    int16_t reach;       /* rows of the input under a window */
    int16_t group_in, group_out; /* channels */
    int16_t factors;     /* words of four channels by which they leave */
    int32_t pairs;       /* of values of a window of one group */
    int32_t span, hop;   /* bytes of a run of neighbouring values, and from its end to the next run */
    int32_t apart;       /* bytes from a window to the next, where `run` reads them */
    int32_t across, down; /* bytes from a window to the next, and to the one below, where the image is */
    int32_t next_row, next_tap; /* and from a row or a tap of a window to the next */
    int32_t patches, made; /* bytes of scratch: windows; results where there are less than 4 channels or 2 pixels */
    struct tc_dsp_image image; /* rows in scratch */
    tc_dsp_patches *gather;  /* copies windows one after the other; NULL: their rows are read where they are */
    tc_dsp_run *run;
    const uint32_t *filters; /* of each group's channels 0-3, 4-7, ...: biases; of each four values w0 to w3 of a window a word
                                of each channel, bytes w0, w2, w1, w3; the words by which they leave. The last four may overlap
                                others, or some of fewer than four be missing */
};
/* 2-D convolution of int16 by int8, of any window, stride, dilation and groups, for cores with the DSP extension. */
TC_CODE void tc_dsp_conv2d_s16(const struct tc_dsp_conv2d_s16 *p, const int16_t *input, int16_t *output, void *scratch);

#ifdef __cplusplus
}
#endif

#endif
