/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_requantize.h"
#include "tc_rescale.h"

TC_CODE
static int32_t load(const void *input, int32_t i, int size)
{
    return size == 1 ? ((const int8_t *)input)[i] : ((const int16_t *)input)[i];
}

TC_CODE
static void store(void *output, int32_t i, int size, int32_t value)
{
    if (size == 1) {
        ((int8_t *)output)[i] = (int8_t)value;
    } else if (size == 2) {
        ((int16_t *)output)[i] = (int16_t)value;
    } else {
        ((int32_t *)output)[i] = value;
    }
}

void tc_rescale(const struct tc_rescale *p, const void *input, void *output)
{
    for (int32_t i = 0; i < p->count; i++) {
        const int32_t x = load(input, i, p->input_size) - p->input_zero_point;
        const int32_t out = tc_requantize(x, p->multiplier, p->shift) + p->output_zero_point;
        store(output, i, p->output_size, tc_clamp(out, p->min, p->max));
    }
}

void tc_rescale_row(const void *params, const int8_t *const *rows, int8_t *output)
{
    tc_rescale(params, rows[0], output);
}
