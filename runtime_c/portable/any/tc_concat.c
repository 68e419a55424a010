/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_concat.h"
#include "tc_copy.h"

/* Run `row` of input `i`, which begins at `in`; returns what follows it in the output. */
TC_CODE
static int8_t *append(const struct tc_concat *p, int32_t i, int32_t row, const int8_t *in, int8_t *out)
{
    tc_copy(out, in + row * p->runs[i], p->runs[i]);
    return out + p->runs[i];
}

void tc_concat(const struct tc_concat *p, const void *const *inputs, void *output)
{
    int8_t *out = output;
    for (int32_t row = 0; row < p->rows; row++) {
        for (int32_t i = 0; i < p->count; i++) {
            out = append(p, i, row, inputs[i], out);
        }
    }
}

void tc_concat_row(const void *params, const int8_t *const *rows, int8_t *output)
{
    const struct tc_concat *p = params;
    for (int32_t row = 0; row < p->rows; row++) {
        for (int32_t i = 0; i < p->count; i++) {
            output = append(p, i, row, rows[i], output);
        }
    }
}
