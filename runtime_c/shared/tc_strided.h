/* SPDX-License-Identifier: Apache-2.0 */
/* Walking a view of a tensor: transposed, sliced, reversed, repeated. Private to the kernels. */
#ifndef TC_STRIDED_H
#define TC_STRIDED_H

#include "tc_copy.h"
#include "tc_inline.h"
#include "tinycompile.h"

#define TC_VIEW_AXES 6

/* `count` runs of `run` bytes, one every `step` bytes of `in`; returns what follows them in `out`. */
typedef int8_t *(*tc_copy_runs)(int8_t *out, const int8_t *in, int32_t count, int32_t step, int32_t run);

/* Rows of the view, which begins at `in`; `copy` is a literal, to be inlined. */
TC_INLINE void tc_copy_view(const int32_t *shape, const int32_t *steps, const int8_t *in, int8_t *out, int32_t run,
                            tc_copy_runs copy)
{
    const int32_t last = TC_VIEW_AXES - 1;
    int32_t index[TC_VIEW_AXES - 1] = {0, 0, 0, 0, 0};
    int32_t d = 0;
    while (d >= 0) {
        out = copy(out, in, shape[last], steps[last], run);
        for (d = last - 1; d >= 0; d--) { /* to the next row: count up, with carry */
            if (++index[d] < shape[d]) {
                in += steps[d];
                break;
            }
            in -= (shape[d] - 1) * steps[d];
            index[d] = 0;
        }
    }
}

/* A copy of any size would cost more than the elements that runs mostly are. */
TC_CODE
static int8_t *tc_copy_elements(int8_t *out, const int8_t *in, int32_t count, int32_t step, int32_t run)
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

#endif
