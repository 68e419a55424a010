/* SPDX-License-Identifier: Apache-2.0 */
/* Pools: what of each window is inside the input. Private to them. */
#ifndef TC_MVE_POOL_H
#define TC_MVE_POOL_H

#include "tc_mve.h"
#include "tc_window.h"

/* The fields of all pools' structs. */
struct tc_mve_pool {
    int32_t input_h, input_w, output_h, output_w, channels, kernel_h, kernel_w;
    int32_t stride_h, stride_w, dilation_h, dilation_w, pad_top, pad_left;
};
#define TC_MVE_POOL(p)                                                                                               \
    {                                                                                                                \
        (p)->input_h, (p)->input_w, (p)->output_h, (p)->output_w, (p)->channels, (p)->kernel_h, (p)->kernel_w,       \
            (p)->stride_h, (p)->stride_w, (p)->dilation_h, (p)->dilation_w, (p)->pad_top, (p)->pad_left              \
    }

/* The pixels of a window that are no padding, and the elements from column to column and from row to row. */
struct tc_mve_window {
    int32_t height, width, step, line;
};

/* A literal, to be inlined: makes all channels of a pixel, from elements of their type. */
typedef void (*tc_mve_of_window)(void *own, struct tc_mve_window seen, const void *from, void *output);

/* Elements of `size` bytes; `own` is what the kernel keeps. */
TC_MVE_INLINE void tc_mve_pools(void *own, struct tc_mve_pool of, const void *input, void *output, int32_t size,
                                tc_mve_of_window make)
{
    const int32_t row = of.input_w * of.channels;
    struct tc_mve_window seen = {0, 0, of.dilation_w * of.channels, of.dilation_h * row};
    const int8_t *in = (const int8_t *)input;
    int8_t *out = (int8_t *)output;
    for (int32_t y = 0; y < of.output_h; y++) {
        const int32_t y0 = y * of.stride_h - of.pad_top;
        int32_t ky0, ky1;
        tc_clip_taps(y0, of.dilation_h, of.input_h, of.kernel_h, &ky0, &ky1);
        seen.height = ky1 - ky0;
        for (int32_t x = 0; x < of.output_w; x++, out += of.channels * size) {
            const int32_t x0 = x * of.stride_w - of.pad_left;
            int32_t kx0, kx1;
            tc_clip_taps(x0, of.dilation_w, of.input_w, of.kernel_w, &kx0, &kx1);
            seen.width = kx1 - kx0;
            make(own, seen, in + ((y0 + ky0 * of.dilation_h) * row + (x0 + kx0 * of.dilation_w) * of.channels) * size, out);
        }
    }
}

#endif
