/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_dsp_pointwise_s8.h"
#include "tc_dsp_clamp.h"
#include "tc_dsp_filters.h"

/* A pixel of input_c values is read in whole words: up to 3 bytes beyond it meet weights of 0. The last two pixels of the
 * image are read from a copy, so that nothing beyond it is touched. An odd pixel goes with its neighbour once more. */
void tc_dsp_pointwise_s8(const struct tc_dsp_pointwise_s8 *p, const int8_t *input, int8_t *output, void *scratch)
{
    const int32_t values = (p->input_c + 3) / 4 * 4, n = p->output_c, columns = p->columns;
    const int32_t used = (p->rows - 1) * p->down + (columns - 2) * p->apart; /* to the last two pixels */
    const uint32_t *from = p->filters;
    uint32_t *w = scratch;
    int8_t *last = (int8_t *)(w + TC_DSP_EXPANDED(values));

    memcpy(last, input + used, (size_t)(p->apart + p->input_c));
    for (int32_t c = 0; c < n; c += 4) {
        const int8_t *x = input;
        int8_t *y = output + (c < n - 4 ? c : n - 4);
        from = tc_dsp_expand(from, w, values, p->is_signed);
        tc_dsp_run *const run = tc_dsp_is_exact(w, values) ? p->run_exact : p->run;
        for (int32_t row = 1; row <= p->rows; row++, x += p->down, y += columns * n) {
            const int32_t before = (columns - 1) / 2 * 2;
            if (before) {
                run(w, x, y, y + before * n, values, n, 8 * values, 0);
            }
            const int8_t *z = row == p->rows ? last : x + (columns - 2) * p->apart;
            run(w, z, y + (columns - 2) * n, y + columns * n, values, n, 8 * values, 0);
        }
    }
    tc_dsp_clamp(output, p->rows * columns * n, p->min, p->max);
}
