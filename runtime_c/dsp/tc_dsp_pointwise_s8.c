/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_dsp_pointwise_s8.h"
#include "tc_dsp_clamp.h"
#include "tc_dsp_copy.h"
#include "tc_dsp_filters.h"

/* Two pixels, a word of each in turn, even values becoming unsigned. What is left behind a number of values that is no multiple
 * of 4 meets weights of 0. */
TC_INLINE void fetch(int8_t *to, const int8_t *p, const int8_t *q, int32_t bytes)
{
    for (const int8_t *const end = p + (bytes & ~3); p != end; p += 4, q += 4, to += 8) {
        const uint32_t first = tc_load32(p), second = tc_load32(q);
        tc_store32(to, first ^ TC_DSP_EVEN), tc_store32(to + 4, second ^ TC_DSP_EVEN);
    }
    for (int32_t i = 0; i < (bytes & 3); i++) {
        const int32_t flip = i & 1 ? 0 : -128;
        to[i] = (int8_t)(p[i] ^ flip);
        to[4 + i] = (int8_t)(q[i] ^ flip);
    }
}

/* The same of many that follow each other, of a multiple of 8 values. */
TC_INLINE void fetch_dense(int8_t *to, const int8_t *from, int32_t pairs, int32_t values)
{
    for (; pairs; pairs--, from += values) {
        for (const int8_t *const end = from + values; from != end; from += 8, to += 16) {
            const int8_t *const other = from + values;
            const uint32_t p0 = tc_load32(from), p1 = tc_load32(from + 4), q0 = tc_load32(other), q1 = tc_load32(other + 4);
            tc_store32(to, p0 ^ TC_DSP_EVEN), tc_store32(to + 4, q0 ^ TC_DSP_EVEN);
            tc_store32(to + 8, p1 ^ TC_DSP_EVEN), tc_store32(to + 12, q1 ^ TC_DSP_EVEN);
        }
    }
}

/* Where the next pixel is, and how many are left of its row. */
struct place {
    const int8_t *pixel;
    int32_t column;
};

TC_INLINE const int8_t *next(const struct tc_dsp_pointwise_s8 *p, struct place *at)
{
    const int8_t *const pixel = at->pixel;
    at->pixel += p->apart;
    if (--at->column == 0) {
        at->column = p->columns, at->pixel += p->skip;
    }
    return pixel;
}

/* Some pixels at a time are copied to scratch: their values are words there, and the output may run into the input. The last one
 * of an odd number is a pair with itself, whose results are written twice. */
void tc_dsp_pointwise_s8(const struct tc_dsp_pointwise_s8 *p, const int8_t *input, int8_t *output, void *scratch)
{
    const int32_t values = p->values, n = p->output_c, channels = p->input_c;
    uint32_t *const w = scratch;
    int8_t *const pixels = (int8_t *)(w + TC_DSP_EXPANDED(values));
    int8_t *y = output;
    struct place at = {input, p->columns};
    for (int32_t left = p->count; left;) {
        const int32_t count = left < p->pixels ? left : p->pixels, even = count / 2 * 2;
        const uint32_t *from = p->filters;
        int32_t i = 0;
        if (p->dense) {
            fetch_dense(pixels, at.pixel, even / 2, values);
            i = even, at.pixel += even * values;
        }
        for (; i < count; i += 2) {
            const int8_t *const first = next(p, &at), *const second = i + 1 < count ? next(p, &at) : first;
            fetch(pixels + i * values, first, second, channels);
        }
        for (int32_t c = 0; c < n; c += 4) {
            int8_t *const to = y + (c < n - 4 ? c : n - 4), *const end = to + even * n;
            from = p->expand(from, w, values, p->is_signed);
            tc_dsp_run *const run = tc_dsp_is_exact(w, values) ? p->run_exact : p->run;
            if (even) {
                run(w, pixels, to, end, 2 * values, n, 8 * values, 0);
            }
            if (even < count) {
                run(w, pixels + even * values, end, end, 2 * values, 0, 8 * values, 0);
            }
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
