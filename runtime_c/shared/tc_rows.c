/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_rows.h"

static int8_t *place(const struct tc_rows *r, uint32_t offset, int8_t *arena)
{
    return arena + (offset << r->shift);
}

/* The count of rows that a stage has made; it grows by one. */
static uint32_t count(const struct tc_rows *r, uint32_t stage, uint8_t *made)
{
    if (!r->wide) {
        return made[stage]++;
    }
    uint8_t *low = made + 2 * stage;
    const uint32_t y = low[0] | (uint32_t)low[1] << 8;
    low[0] = (uint8_t)(y + 1);
    low[1] = (uint8_t)((y + 1) >> 8);
    return y;
}

int8_t *tc_row_made(const struct tc_rows *r, uint32_t stage, uint32_t y, int8_t *arena)
{
    return place(r, r->stages[stage].output[y], arena);
}

void tc_make_row(const struct tc_rows *r, uint32_t stage, uint32_t y, int8_t *arena, const int8_t **rows)
{
    const struct tc_stage *s = r->stages + stage;
    const int8_t **row = rows;
    for (uint32_t i = 0; i < s->input_count; i++) {
        const uint16_t *at = s->inputs[i] + y * s->stride;
        for (uint32_t tap = 0; tap < s->taps; tap++) {
            *row++ = *at == TC_PADDING ? NULL : place(r, *at, arena);
            at += s->dilation;
        }
    }
    s->row(s->params, rows, place(r, s->output[y], arena));
}

uint32_t tc_run_rows(const struct tc_rows *r, uint32_t call, uint8_t *made, int8_t *arena, const int8_t **rows)
{
    for (; call < r->length && r->stages[r->schedule[call]].row != NULL; call++) {
        const uint32_t stage = r->schedule[call];
        tc_make_row(r, stage, count(r, stage, made), arena, rows);
    }
    return call;
}
