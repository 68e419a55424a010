/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_RESIZE_NEAREST_H
#define TC_RESIZE_NEAREST_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_resize_nearest {
    int16_t input_w, output_h, output_w;
    int32_t pixel_size;
    const int16_t *rows;    /* (output_h) the input's row of each output row */
    const int16_t *columns; /* (output_w) */
};
/* Nearest-neighbour resize. */
TC_CODE void tc_resize_nearest(const struct tc_resize_nearest *p, const void *input, void *output);
TC_CODE void tc_resize_nearest_row(const void *params, const int8_t *const *rows, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
