/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_table_s8.h"

void tc_table_s8(const struct tc_table_s8 *p, const void *input, void *output)
{
    const uint8_t *in = input;
    int8_t *out = output;
    for (int32_t i = 0; i < p->count; i++) {
        out[i] = p->table[in[i]];
    }
}

void tc_table_s8_row(const void *params, const int8_t *const *rows, int8_t *output)
{
    tc_table_s8(params, rows[0], output);
}
