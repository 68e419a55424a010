/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_fully_connected_s4.h"
#include "tc_mve_dense_s4.h"

void tc_mve_fully_connected_s4(const struct tc_mve_fully_connected_s4 *p, const int8_t *input, int8_t *output,
                                void *scratch)
{
    struct tc_mve_dense run;
    run.input = input;
    run.output = output;
    run.packed = p->packed;
    run.pixels = p->rows;
    run.apart = p->input_n;
    run.step = p->output_n;
    run.first = p->first;
    run.rest = p->rest;
    run.rows = p->more;
    run.down = 16 * p->first;
    run.next = 16 * p->rest;
    run.min = p->min;
    run.max = p->max;
    run.channels = p->output_n;
    run.scale = p->scale;
    run.shift = p->shift;
    run.zero_point = p->output_zero_point;
    tc_mve_dense_of_s4(&run);
    tc_mve_dense_within(&run, p->input_n, p->rows * p->input_n, scratch);
}
