/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_strided_copy.h"
#include "tc_copy.h"

/* `count` runs of `run` bytes, one every `step` bytes of `in`; returns what follows them in `out`. A copy of any size
 * would cost more than the elements that runs mostly are. */
TC_CODE
static int8_t *copy_row(int8_t *out, const int8_t *in, int32_t count, int32_t step, int32_t run)
{
    int8_t *const end = out + count * run;
    if (run == 1) {
        for (; end - out >= 4; in += 4 * step, out += 4) {
            const int8_t a = in[0], b = in[step], c = in[2 * step], d = in[3 * step];
            out[0] = a;
            out[1] = b;
            out[2] = c;
            out[3] = d;
        }
    }
    for (; out != end; in += step, out += run) {
        switch (run) {
        case 1:
            *out = *in;
            break;
        case 2:
            memcpy(out, in, 2);
            break;
        case 4:
            memcpy(out, in, 4);
            break;
        default:
            tc_copy(out, in, run);
        }
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
