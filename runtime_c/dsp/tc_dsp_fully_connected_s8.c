/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_dsp_fully_connected_s8.h"
#include "tc_dsp_clamp.h"
#include "tc_requantize.h"

/* Of each four inputs (x1, x3) and (256 x0 + 127 - x1, 256 x2 + 127 - x3); missing ones are 0. The end of the words. */
TC_CODE
static uint32_t *expand(const int8_t *input, uint32_t *x, int32_t n)
{
    for (; n > 0; n -= 4, input += 4, x += 2) {
        uint32_t v = 0;
        memcpy(&v, input, n < 4 ? (size_t)n : 4);
        const uint32_t odd = tc_sxtb16_ror8(v);
        x[0] = odd;
        x[1] = tc_ssub16((v << 8 & 0xff00ff00u) + 0x007f007fu, odd);
    }
    return x;
}

/* One output of the input x to `stop`, as TFLite has it. */
TC_CODE
static int32_t single(const uint32_t *w, const uint32_t *x, const uint32_t *stop)
{
    int32_t sum = (int32_t)*w++;
    for (; x != stop; x += 2, w++) {
        sum = tc_smlad(tc_sxtb16(*w), x[1], tc_smlad(*w, x[0], sum));
    }
    return tc_requantize(sum >> 8, (int32_t)w[0], (int32_t)w[1]);
}

void tc_dsp_fully_connected_s8(const struct tc_dsp_fully_connected_s8 *p, const int8_t *input, int8_t *output,
                               void *scratch)
{
    uint32_t *const x = scratch;
    int8_t *y = output;
    for (int32_t row = p->rows; row; row--, input += p->input_n, y += p->output_n) {
        const uint32_t *const stop = expand(input, x, p->input_n), *w = p->single;
        if (p->octets) {
            p->run(p->filters, x, y, y + 8 * p->octets, stop);
        }
        for (int32_t i = p->singles; i; i--, w += 4 + (stop - x) / 2) {
            const int32_t value = single(w + 1, x, stop) + p->output_zero_point;
            y[*w] = (int8_t)tc_clamp(value, p->min, p->max);
        }
    }
    tc_dsp_clamp(output, p->rows * p->output_n, p->min, p->max);
}
