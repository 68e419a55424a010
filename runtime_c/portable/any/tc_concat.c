/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_concat.h"

#include <string.h>

void tc_concat(const struct tc_concat *p, const void *const *inputs, void *output)
{
    int8_t *out = output;
    for (int32_t row = 0; row < p->rows; row++) {
        for (int32_t i = 0; i < p->count; i++) {
            const int8_t *in = inputs[i];
            memcpy(out, in + row * p->runs[i], (size_t)p->runs[i]);
            out += p->runs[i];
        }
    }
}
