/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_RESIZE_BILINEAR_S8_H
#define TC_RESIZE_BILINEAR_S8_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_resize_bilinear_s8 {
    int16_t input_h, input_w, output_h, output_w, channels;
    int32_t scale_h, offset_h; /* output row y lies at (y * scale_h + offset_h) / 2^16 of the input */
    int32_t scale_w, offset_w;
};
/* Bilinear resize with weights of 10 fraction bits each way, rounded to nearest, ties away from zero. */
TC_CODE void tc_resize_bilinear_s8(const struct tc_resize_bilinear_s8 *p, const int8_t *input, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
