/* SPDX-License-Identifier: Apache-2.0 */
/* Four channels at a time: pixels of a band of rows, with borders, and weights become pairs of halves in scratch. Where windows
 * are dilated along rows, every dilation_w-th column is in a row, which makes as many results: one phase after the other. */
#include "tc_dsp_clamp.h"
#include "tc_dsp_depthwise_conv2d_s8.h"

enum { LANES = 4 }; /* words of a pair: one for each channel */

/* Two bytes of four channels, a pixel's or a weight's, to a pair each. */
TC_INLINE void interleave(uint32_t a, uint32_t b, uint32_t *to)
{
    const uint32_t low = tc_pkhbt(a, b), high = tc_pkhtb(a, b);
    to[0] = tc_sxtb16(low);
    to[1] = tc_sxtb16_ror8(low);
    to[2] = tc_sxtb16(high);
    to[3] = tc_sxtb16_ror8(high);
}

static inline uint32_t doubled(uint32_t pair)
{
    return tc_sadd16(pair, pair);
}

/* Twice the weights of four channels, to pairs; the first is the second of its pair where `odd` is 1. */
TC_APART static void expand(const struct tc_dsp_depthwise_conv2d_s8 *p, const int8_t *weights, uint32_t *to, int32_t odd)
{
    const int32_t step = p->widen ? LANES : p->output_c, pairs = p->pairs;
    for (int32_t row = p->kernel_h; row > 0; row--) {
        int32_t left = p->kernel_w - 1;
        uint32_t first = tc_load32(weights), a = odd ? 0 : first;
        if (odd) {
            weights -= step; /* the first weight comes next */
            left++;
        }
        for (int32_t pair = pairs; pair > 0; pair--, to += LANES) {
            const uint32_t b = left > 0 ? tc_load32(weights += step) : 0;
            uint32_t w[LANES];
            interleave(a, b, w);
            to[0] = doubled(w[0]), to[1] = doubled(w[1]), to[2] = doubled(w[2]), to[3] = doubled(w[3]);
            a = left > 1 ? tc_load32(weights += step) : 0;
            left -= 2;
        }
        weights += step;
    }
}

/* Pixels that become pairs. */
struct tc_rows {
    const int8_t *from; /* the first one inside the image */
    uint32_t *to;       /* its pair */
    int32_t rows, columns, step, line;
    int32_t line_words; /* from row to row of pairs */
    uint32_t zero;      /* the zero point, four times */
};

/* Four neighbouring channels. */
TC_APART static void pair_up(const struct tc_rows *p)
{
    const int8_t *from = p->from;
    uint32_t *to = p->to;
    const int32_t step = p->step;
    for (int32_t row = p->rows; row > 0; row--, from += p->line, to += p->line_words) {
        const int8_t *x = from;
        uint32_t *y = to;
        for (int32_t left = p->columns; left > 1; left -= 2, x += 2 * step, y += LANES) {
            interleave(tc_load32(x), tc_load32(x + step), y);
        }
        if (p->columns % 2) {
            interleave(tc_load32(x), p->zero, y);
        }
    }
}

/* Any channels: the input of output channel `lane` is that of (first + lane) / filters. */
TC_APART static void pair_up_filters(const struct tc_rows *p, int32_t first, int32_t filters)
{
    for (int lane = 0; lane < LANES; lane++) {
        const int8_t *from = p->from + (first + lane) / filters;
        int16_t *to = (int16_t *)(void *)(p->to + lane);
        for (int32_t row = p->rows; row > 0; row--, from += p->line, to += 2 * p->line_words) {
            const int8_t *x = from;
            for (int32_t i = 0; i < p->columns; i++, x += p->step) {
                to[2 * LANES * (i / 2) + i % 2] = *x;
            }
        }
    }
}

/* Where results of a band go, from which rows of pixels. */
struct tc_work {
    struct tc_rows pixels;
    uint32_t *pairs, *weights, *widened; /* in scratch */
    int8_t *output;
    int32_t rows;   /* of results */
    int32_t height; /* rows of pixels with borders */
};

/* Results of four channels in `count` columns; the first window begins in the second pixel of a pair where `odd` is 1. */
TC_CODE
static void convolve(const struct tc_dsp_depthwise_conv2d_s8 *p, const struct tc_work *work, struct tc_dsp_filters *f,
                     const int8_t *weights, int32_t count, int32_t odd)
{
    const int32_t every = p->stride_w % 2 && count > 1 ? 2 : 1, y_step = f->y_step;
    f->x_step = 4 * LANES * p->stride_w * every / 2;
    f->y_step = y_step * every;
    /* Every result, or every other one: windows that begin in the same place of a pair have their weights in common. */
    for (int32_t i = 0; i < every; i++) {
        const int32_t first = i * p->stride_w + odd;
        const uint32_t *x = work->pairs + LANES * (first / 2);
        int8_t *y = work->output + i * y_step;
        f->y_bytes = (count - i + every - 1) / every * f->y_step;
        expand(p, weights, work->weights, first % 2);
        for (int32_t row = work->rows; row > 0; row--) {
            p->taps(f, x, y, work->weights);
            x += LANES * p->row_pairs * p->stride_h;
            y += p->output_line;
        }
    }
    f->y_step = y_step;
}

TC_CODE
static void constants(const struct tc_dsp_depthwise_conv2d_s8 *p, struct tc_dsp_filters *f, int32_t channel)
{
    for (int i = 0; i < LANES; i++, channel++) {
        const int32_t shift = p->shifts[channel];
        f->twice_bias[i] = 2 * p->bias[channel];
        f->leave[i].multiplier = p->multipliers[channel];
        f->leave[i].constant = (2 * p->output_zero_point + 1) * (1 << (shift - 1));
        f->leave[i].shift = shift;
    }
}

/* All channels of every dilation_w-th column, beginning with `phase`; `work` is that of the band. */
TC_CODE
static void columns(const struct tc_dsp_depthwise_conv2d_s8 *p, struct tc_work work, int32_t phase)
{
    const int32_t apart = p->dilation_w, count = (p->output_w - phase + apart - 1) / apart, filters = p->output_c / p->input_c;
    const int32_t left = phase - p->pad_left, outside = left < 0 ? (apart - 1 - left) / apart : 0; /* columns before the image */
    const int32_t odd = outside % 2, before = outside + odd, first = left + outside * apart;
    struct tc_dsp_filters f = {.y_step = apart * p->output_step, .down = 4 * LANES * (p->dilation_h * p->row_pairs - p->pairs)};

    work.output += phase * p->output_step;
    work.pixels.from += first * p->input_step;
    work.pixels.to += LANES * before / 2;
    work.pixels.columns = tc_least((p->input_w - first + apart - 1) / apart, 2 * p->row_pairs - before);
    work.pixels.step = apart * p->input_step;
    tc_fill32(work.pairs, 4 * LANES * p->row_pairs * work.height, tc_pkhbt(tc_sxtb16(work.pixels.zero), tc_sxtb16(work.pixels.zero)));
    const int8_t *weights = p->weights;
    for (int32_t c = 0;;) {
        if (filters == 1) {
            pair_up(&work.pixels);
        } else {
            pair_up_filters(&work.pixels, c, filters);
        }
        constants(p, &f, c);
        if (p->widen) {
            weights = p->widen(weights, work.widened, p->kernel_h * p->kernel_w);
        }
        convolve(p, &work, &f, p->widen ? (const int8_t *)work.widened : weights, count, odd);
        /* Where fewer than four channels are left, they go with others once more. */
        const int32_t step = tc_least(LANES, p->output_c - LANES - c);
        if (step <= 0) {
            return;
        }
        c += step;
        weights += p->widen ? 0 : step;
        work.output += step;
        work.pixels.from += filters == 1 ? step : 0;
    }
}

void tc_dsp_depthwise_conv2d_s8(const struct tc_dsp_depthwise_conv2d_s8 *p, const int8_t *input, int8_t *output,
                                void *scratch)
{
    uint32_t *const weights = scratch, *const widened = weights + LANES * p->kernel_h * p->pairs;
    uint32_t *const pairs = widened + (p->widen != NULL ? TC_DSP_WIDENED(p->kernel_h * p->kernel_w) : 0);
    for (int32_t y = 0; y < p->output_h; y += p->band) {
        const int32_t rows = tc_least(p->band, p->output_h - y), top = y * p->stride_h - p->pad_top, first = top > 0 ? top : 0;
        const int32_t height = (rows - 1) * p->stride_h + (p->kernel_h - 1) * p->dilation_h + 1;
        const struct tc_work work = {
            .pixels = {
                .from = input + first * p->input_line,
                .to = pairs + LANES * p->row_pairs * (first - top),
                .rows = tc_least(top + height, p->input_h) - first,
                .line = p->input_line, .line_words = LANES * p->row_pairs,
                .zero = (uint8_t)p->input_zero_point * 0x01010101u,
            },
            .pairs = pairs, .weights = weights, .widened = widened, .output = output + y * p->output_line, .rows = rows, .height = height,
        };
        for (int32_t phase = 0; phase < tc_least(p->dilation_w, p->output_w); phase++) {
            columns(p, work, phase);
        }
    }
    tc_dsp_clamp(output, p->output_h * p->output_w * p->output_c, p->min, p->max);
}
