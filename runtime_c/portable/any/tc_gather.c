/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_gather.h"
#include "tc_copy.h"

void tc_gather(const struct tc_gather *p, const void *input, void *output)
{
    const int8_t *row = input;
    int8_t *out = output;
    for (int32_t i = 0; i < p->rows; i++) {
        for (int32_t k = 0; k < p->count; k++) {
            tc_copy(out, row + p->offsets[k], p->run);
            out += p->run;
        }
        row += p->row_size;
    }
}
