/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_dsp_fully_connected_long_s8.h"
#include "tc_dsp_vector.h"
#include "tc_requantize.h"

/* Eight outputs at a time, the last few one by one. Of each part of the inputs 256 times the sum fits 32 bits. */
void tc_dsp_fully_connected_long_s8(const struct tc_dsp_fully_connected_long_s8 *p, const int8_t *input, int8_t *output,
                                    void *scratch)
{
    uint32_t *const x = scratch;
    for (int32_t row = p->rows; row; row--, input += p->input_n) {
        const uint32_t *const stop = tc_dsp_spread(input, x, p->input_n), *w = p->filters;
        for (int32_t left = p->output_n, lanes; left; left -= lanes) {
            int32_t totals[8] = {0}, sums[8];
            lanes = left < 8 ? 1 : 8;
            for (const uint32_t *part = x, *end; part != stop; part = end) {
                end = stop - part > 2 * p->part ? part + 2 * p->part : stop;
                if (lanes == 8) {
                    p->run(w, part, (int8_t *)sums, (int8_t *)(sums + 8), end);
                } else {
                    sums[0] = tc_dsp_single(w, part, end);
                }
                w += lanes * (1 + (end - part) / 2);
                for (int32_t i = 0; i < lanes; i++) {
                    totals[i] = tc_wrapping_add(totals[i], sums[i] >> 8);
                }
            }
            for (int32_t i = 0; i < lanes; i++, w += 3) {
                const int32_t sum = tc_wrapping_add(totals[i], (int32_t)w[0]);
                const int32_t value = tc_requantize(sum, (int32_t)w[1], (int32_t)w[2]) + p->output_zero_point;
                *output++ = (int8_t)tc_clamp(value, p->min, p->max);
            }
        }
    }
}
