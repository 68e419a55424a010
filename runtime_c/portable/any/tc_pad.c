/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_pad.h"
#include "tc_copy.h"

void tc_pad(const struct tc_pad *p, const void *input, void *output)
{
    const int8_t *in = input;
    int32_t index[4] = {0, 0, 0, 0};
    int8_t *out = output;
    int32_t gap = p->before;
    for (int32_t ended = 0;;) { /* the dimensions that end with the row just copied, the last ones first */
        tc_repeat(out, p->value, gap);
        if (ended == 4) {
            return;
        }
        out += gap;
        tc_copy(out, in, p->row_size);
        in += p->row_size;
        out += p->row_size;
        ended = 0;
        while (ended < 4 && ++index[3 - ended] == p->shape[3 - ended]) {
            index[3 - ended] = 0;
            ended++;
        }
        gap = p->gaps[ended];
    }
}
