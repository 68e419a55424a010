/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_rows.h"

TC_CODE
static int8_t *place(const struct tc_rows *r, uint32_t offset, int8_t *arena)
{
    return arena + (offset << r->shift);
}

TC_CODE
static uint32_t load(const uint8_t *low)
{
    return low[0] | (uint32_t)low[1] << 8;
}

TC_CODE
static void store(uint8_t *low, uint32_t value)
{
    low[0] = (uint8_t)value;
    low[1] = (uint8_t)(value >> 8);
}

/* How many rows a stage has made. */
TC_CODE
static uint32_t count(const struct tc_rows *r, uint32_t stage, const uint8_t *made)
{
    return r->wide ? load(made + 2 * stage) : made[stage];
}

/* The same, and one more from now on. */
TC_CODE
static uint32_t count_up(const struct tc_rows *r, uint32_t stage, uint8_t *made)
{
    if (!r->wide) {
        return made[stage]++;
    }
    const uint32_t y = load(made + 2 * stage);
    store(made + 2 * stage, y + 1);
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
    if (s->scratch != TC_PADDING) {
        *row++ = place(r, s->scratch, arena);
    }
    s->row(s->params, rows, place(r, s->output[y], arena));
}

uint32_t tc_run_rows(const struct tc_rows *r, uint32_t call, uint8_t *made, int8_t *arena, const int8_t **rows)
{
    for (; call < r->length && r->stages[r->schedule[call]].row != NULL; call++) {
        const uint32_t stage = r->schedule[call];
        tc_make_row(r, stage, count_up(r, stage, made), arena, rows);
    }
    return call;
}

void tc_begin_lines(const struct tc_rows *r, uint8_t *progress, int8_t *arena, const int8_t **rows)
{
    store(progress, tc_run_rows(r, 0, progress + 2, arena, rows));
}

int8_t *tc_line_buffer(const struct tc_rows *r, const uint8_t *progress, int8_t *arena)
{
    const uint32_t call = load(progress);
    if (call == r->length) {
        return NULL;
    }
    const uint32_t stage = r->schedule[call];
    return tc_row_made(r, stage, count(r, stage, progress + 2), arena);
}

int tc_take_line(const struct tc_rows *r, uint8_t *progress, int8_t *arena, const int8_t **rows)
{
    uint32_t call = load(progress);
    (void)count_up(r, r->schedule[call], progress + 2);
    call = tc_run_rows(r, call + 1, progress + 2, arena, rows);
    store(progress, call);
    return call == r->length;
}
