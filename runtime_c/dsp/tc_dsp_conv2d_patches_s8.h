/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_DSP_CONV2D_PATCHES_S8_H
#define TC_DSP_CONV2D_PATCHES_S8_H

#include "tc_dsp_filters.h"
#include "tc_dsp_image.h"
#include "tc_dsp_patches.h"
#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_dsp_conv2d_patches_s8 {
    int16_t input_h, input_w, input_c;
    int16_t output_h, output_w, output_c;
    int16_t kernel_h, kernel_w;
    int16_t stride_h, stride_w;
    int16_t dilation_h, dilation_w;
    int16_t pad_top, pad_left;
    int16_t groups;
    int16_t input_zero_point;
    int16_t is_signed; /* the filters have `d` */
    int16_t min, max;
    int16_t rows, columns; /* of the output, made at a time: all columns if more than one row */
    int16_t pixels;        /* that is, up to an even number */
    int16_t made;          /* bytes of scratch for 4 results a pixel, where there are less channels or one pixel */
    int16_t kept;   /* 1: the scratch holds the expanded filters of all channels, of a single group */
    int32_t values;    /* of a window of one group, up to a multiple of 4 */
    int16_t reach;     /* rows of the input under a window */
    int16_t group_in, group_out; /* channels */
    int32_t across, down;        /* bytes of scratch from a window to the next, and to the one below */
    int32_t next_row, next_tap;  /* and from a row or a tap of a window to the next */
    struct tc_dsp_image image;   /* rows in scratch */
    tc_dsp_patches *gather;      /* copies such windows */
    tc_dsp_run *run;       /* apart `values`, one run */
    tc_dsp_run *run_exact; /* for channels whose constants are not proved; NULL if all are */
    tc_dsp_expand *expand;   /* for the bits that weights have in flash */
    const uint32_t *filters; /* of each group's channels 0-3, 4-7, ...; the last four may overlap others, or some of fewer
                                than four be missing: tc_dsp_filters.h */
};
/* 2-D convolution whose windows are copied to scratch: of few channels, for any dilation and groups; DSP extension. */
TC_CODE void tc_dsp_conv2d_patches_s8(const struct tc_dsp_conv2d_patches_s8 *p, const int8_t *input, int8_t *output,
                                      void *scratch);
TC_CODE void tc_dsp_conv2d_patches_s8_row(const void *params, const int8_t *const *rows, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
