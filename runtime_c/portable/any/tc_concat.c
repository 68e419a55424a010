/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_concat.h"
#include "tc_copy.h"
#include "tc_inline.h"

/* `in` are the inputs, or rows of them; of each, run `row` is next. */
TC_INLINE void concat(const struct tc_concat *p, const void *const *in, int8_t *out)
{
    const int32_t *const runs = p->runs, count = p->count, rows = p->rows;
    for (int32_t row = 0; row < rows; row++) {
        for (int32_t i = 0; i < count; i++) {
            const int32_t run = runs[i];
            tc_copy(out, (const int8_t *)in[i] + row * run, run);
            out += run;
        }
    }
}

void tc_concat(const struct tc_concat *p, const void *const *inputs, void *output)
{
    concat(p, inputs, output);
}

void tc_concat_row(const void *params, const int8_t *const *rows, int8_t *output)
{
    concat(params, (const void *const *)rows, output);
}
