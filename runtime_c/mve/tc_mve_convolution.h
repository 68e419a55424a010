/* SPDX-License-Identifier: Apache-2.0 */
/* Convolutions as sums along rows of memory, of any type. Private to their kernels. */
#ifndef TC_MVE_CONVOLUTION_H
#define TC_MVE_CONVOLUTION_H

#include "tc_mve_dense.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_mve_convolution {
    struct tc_mve_dense run; /* what all pixels have in common; `step` are the bytes of a pixel of the output */
    int32_t pixel;           /* bytes of a pixel of the input */
    int32_t input_h, input_w;
    int32_t output_h, output_w;
    int32_t kernel_h, kernel_w;
    int32_t stride_h, stride_w;
    int32_t dilation_h, dilation_w;
    int32_t pad_top, pad_left;
    int32_t zero_point;      /* of the bytes of the input */
    int32_t block;           /* rows of the output for which the input is copied at a time; 0: it is not */
    int32_t batch;           /* windows that are then gathered at a time; 0: none is */
};

/* Sets its fields to the parameters P of a kernel whose inputs and outputs have SIZE bytes. How sums become outputs, and
 * the zero point, are the kernel's to say. One by one: to clear a struct may take longer than to set it. */
#define TC_MVE_CONVOLUTION(C, P, SIZE)                                  \
    do {                                                                \
        (C)->run.packed = (P)->packed;                                  \
        (C)->run.step = (P)->output_c * (SIZE);                         \
        (C)->run.channels = (P)->output_c;                              \
        (C)->run.first = (P)->first;                                    \
        (C)->run.rest = (P)->rest;                                      \
        (C)->run.rows = (P)->rows;                                      \
        (C)->run.down = 16 * (P)->first;                                \
        (C)->run.next = 16 * (P)->rest;                                 \
        (C)->run.min = (P)->min;                                        \
        (C)->run.max = (P)->max;                                        \
        (C)->pixel = (P)->input_c * (SIZE);                             \
        (C)->input_h = (P)->input_h;                                    \
        (C)->input_w = (P)->input_w;                                    \
        (C)->output_h = (P)->output_h;                                  \
        (C)->output_w = (P)->output_w;                                  \
        (C)->kernel_h = (P)->kernel_h;                                  \
        (C)->kernel_w = (P)->kernel_w;                                  \
        (C)->stride_h = (P)->stride_h;                                  \
        (C)->stride_w = (P)->stride_w;                                  \
        (C)->dilation_h = (P)->dilation_h;                              \
        (C)->dilation_w = (P)->dilation_w;                              \
        (C)->pad_top = (P)->pad_top;                                    \
        (C)->pad_left = (P)->pad_left;                                  \
        (C)->block = (P)->block;                                        \
        (C)->batch = (P)->batch;                                        \
    } while (0)

/* All outputs; of `run` the fields for some pixels are set here. */
TC_CODE void tc_mve_convolve(struct tc_mve_convolution *p, const int8_t *input, int8_t *output, void *scratch);
/* The same of one row, of those under its window, as tc_row_function says. */
TC_CODE void tc_mve_convolve_row(struct tc_mve_convolution *p, const int8_t *const *rows, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
