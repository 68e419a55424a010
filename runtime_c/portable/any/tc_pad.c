/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_pad.h"
#include "tc_copy.h"

/* Writes `size` bytes of padding; returns what follows them. */
TC_CODE
static int8_t *fill(const struct tc_pad *p, int8_t *out, int32_t size)
{
    if (p->value_size == 1) {
        memset(out, p->value[0], (size_t)size);
    } else {
        for (int32_t i = 0; i < size; i += p->value_size) {
            memcpy(out + i, p->value, (size_t)p->value_size);
        }
    }
    return out + size;
}

void tc_pad(const struct tc_pad *p, const void *input, void *output)
{
    const int8_t *in = input;
    int32_t index[4] = {0, 0, 0, 0};
    int8_t *out = fill(p, output, p->before);
    int32_t ended = 0; /* the dimensions that end with the row just copied, the last ones first */
    while (ended < 4) {
        tc_copy(out, in, p->row_size);
        in += p->row_size;
        ended = 0;
        while (ended < 4 && ++index[3 - ended] == p->shape[3 - ended]) {
            index[3 - ended] = 0;
            ended++;
        }
        out = fill(p, out + p->row_size, p->gaps[ended]);
    }
}
