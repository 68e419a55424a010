/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_fully_connected_s16.h"
#include "tc_mve_dense_s16.h"

void tc_mve_fully_connected_s16(const struct tc_mve_fully_connected_s16 *p, const int16_t *input, int16_t *output,
                                void *scratch)
{
    struct tc_mve_dense run;
    run.input = (const int8_t *)input;
    run.output = (int8_t *)output;
    run.packed = p->packed;
    run.pixels = p->rows;
    run.apart = 2 * p->input_n;
    run.step = 2 * p->output_n;
    run.first = p->first;
    run.rest = p->rest;
    run.rows = p->more;
    run.down = 16 * p->first;
    run.next = 16 * p->rest;
    run.min = p->min;
    run.max = p->max;
    run.channels = p->output_n;
    tc_mve_dense_of_s16(&run, p->way);
    tc_mve_dense_within(&run, 2 * p->input_n, 2 * p->rows * p->input_n, scratch);
}
