/* SPDX-License-Identifier: Apache-2.0 */
/* Windows that slide over an image, shared by convolutions and pools. Private to them. */
#ifndef TC_WINDOW_H
#define TC_WINDOW_H

#include <stddef.h>
#include <stdint.h>

#include "tc_inline.h"

/* The taps [first, end) of a window of `size` taps, `dilation` apart, that fall inside an input of `extent`
 * pixels when tap 0 falls on pixel `origin`. None do where end <= first. */
static inline void tc_clip_taps(int32_t origin, int32_t dilation, int32_t extent, int32_t size,
                                int32_t *first, int32_t *end)
{
    *first = origin < 0 ? (dilation - 1 - origin) / dilation : 0;
    *end = origin + (size - 1) * dilation < extent ? size : (extent - origin + dilation - 1) / dilation;
}

/* The pixels [first, end) of an input of `extent` that reach an output pixel of a transposed convolution: those i
 * for which the tap origin - i * stride lies in [0, size). None do where end <= first. */
static inline void tc_clip_reaching(int32_t origin, int32_t stride, int32_t extent, int32_t size,
                                    int32_t *first, int32_t *end)
{
    *first = origin < size ? 0 : (origin - size) / stride + 1;
    *end = origin / stride + 1 < extent ? origin / stride + 1 : extent;
}

/* Where row ky of a window is in the input: at rows[ky], or, without `rows`, `at` elements behind an image's start.
 * What calls this is inlined once with `rows` and once without: the two modes of a kernel. */
TC_INLINE const int8_t *tc_row_s8(const int8_t *const *rows, int32_t ky, const int8_t *image, int32_t at)
{
    return rows != NULL ? rows[ky] : image + at;
}

/* The rows [first, end) of a window's `size` rows that are not padding, which is NULL. */
static inline void tc_find_rows(const int8_t *const *rows, int32_t size, int32_t *first, int32_t *end)
{
    *first = 0;
    *end = size;
    while (*first < *end && rows[*first] == NULL) {
        (*first)++;
    }
    while (*end > *first && rows[*end - 1] == NULL) {
        (*end)--;
    }
}

/* Defines a convolution of int8, and that of one row, by its `convolve_row`, which makes a row of the output. */
#define TC_CONVOLUTION(name)                                                                                    \
    void name(const struct name *p, const int8_t *input, int8_t *output)                                        \
    {                                                                                                           \
        const int32_t input_row = p->input_w * p->input_c;                                                      \
        for (int32_t y = 0; y < p->output_h; y++) {                                                             \
            const int32_t y0 = y * p->stride_h - p->pad_top;                                                    \
            int32_t ky0, ky1;                                                                                   \
            tc_clip_taps(y0, p->dilation_h, p->input_h, p->kernel_h, &ky0, &ky1);                               \
            output = convolve_row(p, NULL, input, y0 * input_row, p->dilation_h * input_row, ky0, ky1, output); \
        }                                                                                                       \
    }                                                                                                           \
    void name##_row(const void *params, const int8_t *const *rows, int8_t *output)                              \
    {                                                                                                           \
        const struct name *p = params;                                                                          \
        int32_t ky0, ky1;                                                                                       \
        tc_find_rows(rows, p->kernel_h, &ky0, &ky1);                                                            \
        (void)convolve_row(p, rows, NULL, 0, 0, ky0, ky1, output);                                              \
    }

#endif
