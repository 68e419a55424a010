/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_table_s8.h"
#include "tc_mve.h"

void tc_mve_table_s8(const struct tc_mve_table_s8 *p, const void *input, void *output)
{
    const int8_t *const table = p->table;
    const uint8_t *in = input;
    int8_t *out = output;
    const int32_t rest = p->count % 16;
    for (int32_t vectors = p->count / 16; vectors > 0; vectors--, in += 16, out += 16) {
        vst1q_s8(out, vldrbq_gather_offset_s8(table, vld1q_u8(in)));
    }
    if (rest) {
        const mve_pred16_t some = vctp8q((uint32_t)rest);
        vst1q_p_s8(out, vldrbq_gather_offset_z_s8(table, vld1q_z_u8(in, some), some), some);
    }
}

void tc_mve_table_s8_row(const void *params, const int8_t *const *rows, int8_t *output)
{
    tc_mve_table_s8(params, rows[0], output);
}
