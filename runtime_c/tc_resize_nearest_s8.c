/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tinycompile.h"

void tc_resize_nearest_s8(const struct tc_resize_nearest_s8 *p, const int8_t *input, int8_t *output)
{
    for (int32_t y = 0; y < p->output_h; y++) {
        const int8_t *row = input + p->rows[y] * p->input_w * p->channels;
        for (int32_t x = 0; x < p->output_w; x++) {
            memcpy(output, row + p->columns[x] * p->channels, (size_t)p->channels);
            output += p->channels;
        }
    }
}
