/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_DSP_CONV2D_S8_H
#define TC_DSP_CONV2D_S8_H

#include "tc_dsp_filters.h"
#include "tc_dsp_image.h"
#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_dsp_conv2d_s8 {
    int16_t input_h, input_w, input_c;
    int16_t output_h, output_w, output_c; /* output_w is 2 or more, output_c 4 or more */
    int16_t kernel_h, kernel_w;
    int16_t stride_h, stride_w;
    int16_t dilation_h; /* that of columns is 1 */
    int16_t pad_top, pad_left;
    int16_t input_zero_point;
    int16_t is_signed; /* the filters have `d` */
    int16_t min, max;
    int16_t rows;  /* of the output, made at a time */
    int16_t values; /* of a row of a filter, kernel_w * input_c up to a multiple of 4 */
    int16_t reach;  /* rows of the input under a window */
    int32_t apart, down, hop; /* bytes of scratch: to the next pixel, to the next row of pixels, from the end of a window's row to the next */
    struct tc_dsp_image image; /* rows in scratch, even bytes unsigned unless pixels are at odd addresses: then `run` does it */
    tc_dsp_run *run;       /* of rows, apart stride_w * input_c */
    tc_dsp_run *run_exact; /* for channels whose constants are not proved; NULL if all are */
    tc_dsp_expand *expand;   /* for the bits that weights have in flash */
    const uint32_t *filters; /* of output channels 0-3, 4-7, ...; the last four may overlap others: tc_dsp_filters.h */
};
/* 2-D convolution of any window and stride, for cores with the DSP extension. */
TC_CODE void tc_dsp_conv2d_s8(const struct tc_dsp_conv2d_s8 *p, const int8_t *input, int8_t *output, void *scratch);
TC_CODE void tc_dsp_conv2d_s8_row(const void *params, const int8_t *const *rows, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
