/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_resize_nearest.h"
#include "tc_copy.h"

TC_CODE
static int8_t *resize_row(const struct tc_resize_nearest *p, const int8_t *row, int8_t *out)
{
    for (int32_t x = 0; x < p->output_w; x++) {
        tc_copy(out, row + p->columns[x] * p->pixel_size, p->pixel_size);
        out += p->pixel_size;
    }
    return out;
}

void tc_resize_nearest(const struct tc_resize_nearest *p, const void *input, void *output)
{
    const int8_t *in = input;
    int8_t *out = output;
    for (int32_t y = 0; y < p->output_h; y++) {
        out = resize_row(p, in + p->rows[y] * p->input_w * p->pixel_size, out);
    }
}

void tc_resize_nearest_row(const void *params, const int8_t *const *rows, int8_t *output)
{
    (void)resize_row(params, rows[0], output);
}
