/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_dsp_fully_connected_s8.h"
#include "tc_dsp_clamp.h"
#include "tc_dsp_vector.h"
#include "tc_requantize.h"

void tc_dsp_fully_connected_s8(const struct tc_dsp_fully_connected_s8 *p, const int8_t *input, int8_t *output,
                               void *scratch)
{
    uint32_t *const x = scratch;
    int8_t *y = output;
    for (int32_t row = p->rows; row; row--, input += p->input_n, y += p->output_n) {
        const uint32_t *const stop = tc_dsp_spread(input, x, p->input_n), *w = p->single;
        if (p->octets) {
            p->run(p->filters, x, y, y + 8 * p->octets, stop);
        }
        for (int32_t i = p->singles; i; i--, w += 4 + (stop - x) / 2) {
            const int32_t sum = tc_dsp_single(w + 3, x, stop) >> 8;
            const int32_t value = tc_requantize(sum, (int32_t)w[1], (int32_t)w[2]) + p->output_zero_point;
            y[*w] = (int8_t)tc_clamp(value, p->min, p->max);
        }
    }
    tc_dsp_clamp(output, p->rows * p->output_n, p->min, p->max);
}
