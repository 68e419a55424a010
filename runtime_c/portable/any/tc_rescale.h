/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_RESCALE_H
#define TC_RESCALE_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_rescale {
    int32_t count;
    int32_t min, max;
    int32_t multiplier;
    int8_t shift;
    int8_t input_size, output_size; /* bytes of an element: 1 or 2, of the output also 4 */
    int16_t input_zero_point;
    int32_t output_zero_point;
};
/* From int8 or int16 to int8, int16 or int32 of another quantisation; may run in place where sizes are equal. */
TC_CODE void tc_rescale(const struct tc_rescale *p, const void *input, void *output);
TC_CODE void tc_rescale_row(const void *params, const int8_t *const *rows, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
