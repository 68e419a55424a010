/* SPDX-License-Identifier: Apache-2.0 */
/* Layers that run together, a row at a time, as tables say: where each row lies, and which layer is next.
 *
 * A row of a tensor is in the arena from when it is made until it was read for the last time; then others lie there.
 * The compiler has planned all of it: nothing is searched or checked here. */
#ifndef TC_ROWS_H
#define TC_ROWS_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TC_PADDING 0xFFFFu /* a row that is not there */

/* A layer, or a part of one, that makes a tensor row by row. */
struct tc_stage {
    tc_row_function row;           /* NULL: the caller brings the rows of this tensor */
    const void *params;            /* of `row` */
    const uint16_t *const *inputs; /* of each: where the rows lie that are read, from the first for row 0 on */
    const uint16_t *output;        /* where each row lies that is made */
    uint8_t input_count;
    uint8_t taps, stride, dilation; /* of every input: row y reads `taps` rows, `dilation` apart, from y * stride on */
    uint16_t scratch;               /* where its scratch lies, or TC_PADDING */
};

struct tc_rows {
    const struct tc_stage *stages;
    const uint8_t *schedule; /* (length) the stage of each call */
    uint16_t length;
    uint8_t shift; /* offsets in tables are in units of 2^shift bytes */
    uint8_t wide;  /* counters of rows have 2 bytes, low one first; else 1 */
};

/* Where row `y` of what a stage makes lies. */
TC_CODE int8_t *tc_row_made(const struct tc_rows *r, uint32_t stage, uint32_t y, int8_t *arena);

/* Makes row `y` of a stage. `rows` has room for a pointer to each row that the stage reads. */
TC_CODE void tc_make_row(const struct tc_rows *r, uint32_t stage, uint32_t y, int8_t *arena, const int8_t **rows);

/* Runs the calls from `call` on, up to the end or the next row that the caller brings; returns where it stopped.
 * `made` counts the rows of each stage so far. */
TC_CODE uint32_t tc_run_rows(const struct tc_rows *r, uint32_t call, uint8_t *made, int8_t *arena, const int8_t **rows);

/* Of a network whose input comes line by line. `progress` are 2 bytes for the next call, low one first, and the
 * counters of rows, all 0 in the beginning. */

/* Makes what needs no line. */
TC_CODE void tc_begin_lines(const struct tc_rows *r, uint8_t *progress, int8_t *arena, const int8_t **rows);

/* Where the next line goes; NULL when there were all. */
TC_CODE int8_t *tc_line_buffer(const struct tc_rows *r, const uint8_t *progress, int8_t *arena);

/* Takes the line that lies there; 1 when it was the last. */
TC_CODE int tc_take_line(const struct tc_rows *r, uint8_t *progress, int8_t *arena, const int8_t **rows);

#ifdef __cplusplus
}
#endif

#endif
