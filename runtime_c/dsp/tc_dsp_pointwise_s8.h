/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_DSP_POINTWISE_S8_H
#define TC_DSP_POINTWISE_S8_H

#include "tc_dsp_filters.h"
#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_dsp_pointwise_s8 {
    int32_t count;             /* pixels of the output, 2 or more */
    int16_t columns;           /* that follow each other in a row of the input, or in all of it */
    int16_t input_c, output_c; /* output_c is 4 or more */
    int16_t values;            /* input_c, up to a multiple of 4: bytes of a pixel in scratch */
    int16_t dense;             /* 1: pixels follow each other, of a multiple of 8 values */
    int16_t pixels;            /* that are made at a time, an even number or all */
    int32_t apart, skip;       /* bytes of the input from a pixel to the next, and besides from a row's end to the next row */
    int16_t is_signed;         /* the filters have `d` */
    int16_t min, max;
    tc_dsp_run *run;         /* of pairs: apart 0, one run */
    tc_dsp_run *run_exact;   /* for channels whose constants are not proved; NULL if all are */
    tc_dsp_expand *expand;   /* for the bits that weights have in flash */
    const uint32_t *filters; /* of output channels 0-3, 4-7, ...; the last four may overlap others: tc_dsp_filters.h */
};
/* 1x1 convolution of any stride, for cores with the DSP extension. */
TC_CODE void tc_dsp_pointwise_s8(const struct tc_dsp_pointwise_s8 *p, const int8_t *input, int8_t *output, void *scratch);
TC_CODE void tc_dsp_pointwise_s8_row(const void *params, const int8_t *const *rows, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
