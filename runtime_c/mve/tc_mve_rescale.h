/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MVE_RESCALE_H
#define TC_MVE_RESCALE_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_mve_rescale {
    int32_t count;
    int32_t min, max;
    int32_t multiplier;
    int8_t shift;
    int8_t input_size, output_size; /* bytes of an element: 1 or 2 */
    int16_t input_zero_point;
    int32_t output_zero_point;
};
/* From int8 or int16 to int8 or int16 of another quantisation; may run in place where sizes are equal. */
TC_CODE void tc_mve_rescale(const struct tc_mve_rescale *p, const void *input, void *output);
TC_CODE void tc_mve_rescale_row(const void *params, const int8_t *const *rows, int8_t *output);

#ifdef __cplusplus
}
#endif

#endif
