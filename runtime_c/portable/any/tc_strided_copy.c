/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_strided_copy.h"
#include "tc_copy.h"

/* `count` runs of `run` bytes, one every `step` bytes of `in`; returns what follows them in `out`. */
TC_CODE
static int8_t *copy_row(int8_t *out, const int8_t *in, int32_t count, int32_t step, int32_t run)
{
    for (int32_t i = 0; i < count; i++) {
        if (run == 1) { /* a call would cost more than the byte */
            *out = in[i * step];
        } else {
            tc_copy(out, in + i * step, run);
        }
        out += run;
    }
    return out;
}

void tc_strided_copy(const struct tc_strided_copy *p, const void *input, void *output)
{
    const int8_t *in = (const int8_t *)input + p->start;
    int8_t *out = output;
    int32_t index[5] = {0, 0, 0, 0, 0};
    int32_t d = 0;
    while (d >= 0) {
        out = copy_row(out, in, p->shape[5], p->steps[5], p->run);
        for (d = 4; d >= 0; d--) { /* to the next row: count up, with carry */
            if (++index[d] < p->shape[d]) {
                in += p->steps[d];
                break;
            }
            in -= (p->shape[d] - 1) * p->steps[d];
            index[d] = 0;
        }
    }
}
