/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_dsp_concat.h"
#include "tc_dsp_copy.h"

void tc_dsp_concat(const struct tc_dsp_concat *p, const void *const *inputs, void *output)
{
    int8_t *out = output;
    for (int32_t row = 0; row < p->rows; row++) {
        for (int32_t i = 0; i < p->count; i++) {
            const int8_t *const in = inputs[i];
            tc_dsp_copy(out, in + row * p->runs[i], p->runs[i], 0);
            out += p->runs[i];
        }
    }
}
