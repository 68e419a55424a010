/* SPDX-License-Identifier: Apache-2.0 */
/* Four channels at a time are transposed into planes with borders; each plane is convolved by itself, two results at a time.
 *
 * A word of a plane is 4 neighbours x0..x3 of a row: SMLAD of {x0, x2} with {w0, w2} and of {x1, x3} with {w1, w3}. The
 * weights count twice, so that SMMLAR is TFLite's multiplication. */
#include "tc_dsp_clamp.h"
#include "tc_dsp_depthwise_conv2d_s8.h"
#include "tc_dsp_planes.h"

/* A filter, and how its sums leave. */
struct tc_filter {
    int32_t twice_bias, multiplier;
    int32_t constant; /* the output's zero point and a half, times 2^shift */
    int32_t shift;
    int32_t words;        /* of taps */
    const uint32_t *taps; /* of each word the offset of its pixels, {w0, w2} and {w1, w3} */
    int32_t columns;      /* of results */
    int32_t stride, output_step;
};

/* Twice two weights. */
static inline uint32_t doubled(uint32_t pair)
{
    return tc_sadd16(pair, pair);
}

/* The weights of a channel to scratch: those that are neighbours in a row of the window, four at a time. */
TC_APART static void expand(const struct tc_dsp_depthwise_conv2d_s8 *p, const int8_t *weights, uint32_t *to)
{
    const int32_t neighbours = p->dilation_w == 1 ? 4 : 1;
    for (int32_t y = 0; y < p->kernel_h; y++) {
        for (int32_t x = 0; x < p->kernel_w; to += 3) {
            const int32_t left = p->kernel_w - x, count = left < neighbours ? left : neighbours;
            const uint32_t word = tc_load32(weights) & 0xffffffffu >> (32 - 8 * count);
            to[0] = (uint32_t)(y * p->dilation_h * p->plane_row + x * p->dilation_w);
            to[1] = doubled(tc_sxtb16(word));
            to[2] = doubled(tc_sxtb16_ror8(word));
            weights += count;
            x += count;
        }
    }
}

static inline int8_t leave(int32_t twice, int32_t multiplier, int32_t constant, int32_t shift)
{
    const int32_t value = tc_smmlar(twice, multiplier, constant) + (twice >> 31);
    return (int8_t)tc_ssat(value >> shift, 8);
}

/* A row of results. Of an odd number the last one is computed with its neighbour once more. */
TC_CODE TC_APART static void convolve(const struct tc_filter *f, const int8_t *x, int8_t *y)
{
    const int32_t bias = f->twice_bias, m = f->multiplier, c = f->constant, shift = f->shift, words = f->words;
    const int32_t apart = f->columns > 1 ? f->stride : 0, y_apart = f->columns > 1 ? f->output_step : 0;
    for (int32_t left = f->columns; left > 0; left -= 2) {
        if (left == 1) {
            x -= apart;
            y -= y_apart;
        }
        const uint32_t *w = f->taps, *const end = w + 3 * words;
        int32_t a = bias, b = bias;
        do {
            const int8_t *u = x + w[0];
            const uint32_t w02 = w[1], w13 = w[2], p = tc_load32(u), q = tc_load32(u + apart);
            a = tc_smlad(tc_sxtb16(p), w02, a);
            b = tc_smlad(tc_sxtb16(q), w02, b);
            a = tc_smlad(tc_sxtb16_ror8(p), w13, a);
            b = tc_smlad(tc_sxtb16_ror8(q), w13, b);
            w += 3;
        } while (w != end);
        y[0] = leave(a, m, c, shift);
        y[y_apart] = leave(b, m, c, shift);
        x += 2 * apart;
        y += 2 * y_apart;
    }
}

/* Fewer than four channels, byte by byte. */
static void fill_few(const struct tc_dsp_planes *p, int32_t plane, int32_t channels)
{
    for (int32_t row = 0; row < p->rows; row++) {
        for (int32_t column = 0; column < p->columns; column++) {
            for (int32_t c = 0; c < channels; c++) {
                p->to[c * plane + row * p->plane_line + column] = p->from[row * p->line + column * p->step + c];
            }
        }
    }
}

static inline int32_t least(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

/* The results of one plane: `rows` of each of the filters of channel `c`. */
static void convolve_plane(const struct tc_dsp_depthwise_conv2d_s8 *p, struct tc_filter *f, uint32_t *taps,
                           const int8_t *plane, int8_t *output, int32_t c, int32_t rows)
{
    for (int32_t i = c * p->filters; i < (c + 1) * p->filters; i++) {
        expand(p, p->weights + i * p->kernel_h * p->kernel_w, taps);
        f->twice_bias = 2 * p->bias[i];
        f->multiplier = p->multipliers[i];
        f->shift = p->shifts[i];
        f->constant = p->output_zero_point * (1 << f->shift) + (1 << (f->shift - 1));
        for (int32_t row = 0; row < rows; row++) {
            convolve(f, plane + row * p->stride_h * p->plane_row, output + i + row * p->output_line);
        }
    }
}

/* `rows` of the output from y on. */
static void band(const struct tc_dsp_depthwise_conv2d_s8 *p, const int8_t *input, int8_t *output, int8_t *scratch, int32_t y,
                 int32_t rows)
{
    const int32_t top = y * p->stride_h - p->pad_top, height = (rows - 1) * p->stride_h + (p->kernel_h - 1) * p->dilation_h + 1;
    const int32_t width = (p->output_w - 1) * p->stride_w + (p->kernel_w - 1) * p->dilation_w + 1;
    const int32_t first = top > 0 ? top : 0, plane = height * p->plane_row;
    const int32_t bottom = least(top + height, p->input_h), right = least(width - p->pad_left, p->input_w);
    struct tc_dsp_planes planes = {
        .from = input + first * p->input_line,
        .to = scratch + (first - top) * p->plane_row + p->pad_left,
        .rows = bottom - first, .columns = right,
        .step = p->input_step, .line = p->input_line, .plane_line = p->plane_row,
        .zero = (uint8_t)p->input_zero_point * 0x01010101u,
    };
    uint32_t *const taps = (uint32_t *)(void *)(scratch + 4 * plane);
    struct tc_filter filter = {
        .words = p->kernel_h * (p->dilation_w == 1 ? (p->kernel_w + 3) / 4 : p->kernel_w),
        .taps = taps,
        .columns = p->output_w, .stride = p->stride_w, .output_step = p->output_step,
    };
    output += y * p->output_line;
    tc_dsp_fill(scratch, 4 * plane, planes.zero);
    for (int32_t c = 0;;) {
        const int32_t channels = least(p->input_c, 4);
        if (channels < 4) {
            fill_few(&planes, plane, channels);
        } else {
            tc_dsp_fill_planes(&planes, plane);
        }
        for (int32_t i = 0; i < channels; i++) {
            convolve_plane(p, &filter, taps, scratch + i * plane, output, c + i, rows);
        }
        /* Where fewer than four channels are left, they go with others once more. */
        const int32_t step = least(4, p->input_c - 4 - c);
        if (step <= 0) {
            break;
        }
        c += step;
        planes.from += step;
    }
}

void tc_dsp_depthwise_conv2d_s8(const struct tc_dsp_depthwise_conv2d_s8 *p, const int8_t *input, int8_t *output,
                                void *scratch)
{
    for (int32_t y = 0; y < p->output_h; y += p->band) {
        band(p, input, output, scratch, y, least(p->band, p->output_h - y));
    }
    tc_dsp_clamp(output, p->output_h * p->output_w * p->input_c * p->filters, p->min, p->max);
}
