/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_dsp_pointwise_s8.h"
#include "tc_dsp_clamp.h"
#include "tc_dsp_copy.h"
#include "tc_dsp_filters.h"

/* Values, even ones becoming unsigned; after some that are a multiple of 4. */
static TC_APART void fetch(int8_t *to, const int8_t *from, int32_t bytes)
{
    for (; bytes >= 16; bytes -= 16, from += 16, to += 16) {
        const uint32_t v0 = tc_load32(from), v1 = tc_load32(from + 4), v2 = tc_load32(from + 8), v3 = tc_load32(from + 12);
        tc_store32(to, v0 ^ TC_DSP_EVEN), tc_store32(to + 4, v1 ^ TC_DSP_EVEN);
        tc_store32(to + 8, v2 ^ TC_DSP_EVEN), tc_store32(to + 12, v3 ^ TC_DSP_EVEN);
    }
    for (; bytes >= 4; bytes -= 4, from += 4, to += 4) {
        tc_store32(to, tc_load32(from) ^ TC_DSP_EVEN);
    }
    for (int32_t i = 0; i < bytes; i++) {
        to[i] = (int8_t)(i & 1 ? from[i] : from[i] ^ -128);
    }
}

/* Some pixels at a time are copied to scratch: their values are words there, and the output may run into the input. What is
 * left behind a pixel of a number of values that is no multiple of 4 meets weights of 0. */
void tc_dsp_pointwise_s8(const struct tc_dsp_pointwise_s8 *p, const int8_t *input, int8_t *output, void *scratch)
{
    const int32_t values = p->values, n = p->output_c;
    uint32_t *const w = scratch;
    int8_t *const pixels = (int8_t *)(w + TC_DSP_EXPANDED(values));
    int8_t *y = output;
    for (int32_t left = p->count, column = p->columns; left;) {
        const int32_t count = left < p->pixels ? left : p->pixels;
        const uint32_t *from = p->filters;
        if (p->dense) {
            fetch(pixels, input, count * values);
            input += count * values;
        } else {
            int8_t *to = pixels;
            for (int32_t i = count; i; i--, to += values, input += p->apart) {
                fetch(to, input, p->input_c);
                if (--column == 0) {
                    column = p->columns, input += p->skip;
                }
            }
        }
        for (int32_t c = 0; c < n; c += 4) {
            from = tc_dsp_expand(from, w, values, p->is_signed);
            tc_dsp_run *const run = tc_dsp_is_exact(w, values) ? p->run_exact : p->run;
            tc_dsp_row(run, w, pixels, y + (c < n - 4 ? c : n - 4), count, values, n, values, 8 * values, 0);
        }
        y += count * n;
        left -= count;
    }
    tc_dsp_clamp(output, p->count * n, p->min, p->max);
}

void tc_dsp_pointwise_s8_row(const void *params, const int8_t *const *rows, int8_t *output)
{
    tc_dsp_pointwise_s8(params, rows[0], output, tc_row_scratch(rows[1]));
}
