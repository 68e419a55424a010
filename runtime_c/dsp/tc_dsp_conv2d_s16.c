/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_dsp_conv2d_s16.h"
#include "tc_dsp_clamp.h"
#include "tc_dsp_filters.h"

/* Filters of four channels as TC_DSP_RUN_S16 wants them. The end in flash. */
TC_CODE
static const uint32_t *widen(const uint32_t *packed, uint32_t *w, int32_t pairs, int32_t factors)
{
    uint32_t *const end = w + 4 + 4 * pairs;
    tc_dsp_copy4(w, packed);
    packed += 4, w += 4;
    for (; w < end; packed += 4, w += 8) { /* two pairs, of which the last may be one too many */
        const uint32_t p0 = packed[0], p1 = packed[1], p2 = packed[2], p3 = packed[3];
        w[0] = tc_sxtb16(p0), w[1] = tc_sxtb16(p1), w[2] = tc_sxtb16(p2), w[3] = tc_sxtb16(p3);
        w[4] = tc_sxtb16_ror8(p0), w[5] = tc_sxtb16_ror8(p1), w[6] = tc_sxtb16_ror8(p2), w[7] = tc_sxtb16_ror8(p3);
    }
    for (w = end; factors; factors -= 4, packed += 4, w += 4) {
        tc_dsp_copy4(w, packed);
    }
    return packed;
}

/* Of results of four channels the first few. */
TC_CODE
static void keep_few(const int16_t *from, int16_t *y, int32_t count, int32_t few, int32_t n)
{
    for (; count; count--, from += 4, y += n) {
        for (int32_t c = 0; c < few; c++) {
            y[c] = from[c];
        }
    }
}

/* Scratch: filters, windows, results where there are less than 4 channels or 2 pixels, rows of the image. */
struct places {
    uint32_t *filters;
    int8_t *patches;
    int16_t *made;
    int8_t *image;
};

/* `rows` rows of `count` windows at x times the filters of a group, to y. Where those of the next group begin. */
TC_CODE
static const uint32_t *convolve(const struct tc_dsp_conv2d_s16 *p, const struct places *at, const uint32_t *from,
                                const int8_t *x, int16_t *y, int32_t rows, int32_t count)
{
    const int32_t n = p->output_c, of_group = p->group_out, weights = 16 * p->pairs;
    for (int32_t c = 0; c < of_group; c += 4) {
        const int8_t *line = x;
        int16_t *to = y + (c > of_group - 4 && c ? of_group - 4 : c);
        from = widen(from, at->filters, p->pairs, p->factors);
        if (of_group < 4 || count == 1) {
            int8_t *const made = (int8_t *)at->made;
            p->run(at->filters, x, made, made + 8 * (count + (count & 1)), p->span, 8, weights, p->hop);
            keep_few(at->made, to, count, of_group < 4 ? of_group : 4, n);
        } else {
            for (int32_t row = rows; row; row--, line += p->down, to += count * n) {
                tc_dsp_row(p->run, at->filters, line, (int8_t *)to, count, p->apart, 2 * n, p->span, weights, p->hop);
            }
        }
    }
    return from;
}

/* Rows of the output of what `image` has under them. */
TC_CODE
static void make_rows(const struct tc_dsp_conv2d_s16 *p, const struct places *at, const int8_t *image, int16_t *output,
                      int32_t rows)
{
    for (int32_t x0 = 0; x0 < p->row_columns; x0 += p->columns) {
        const int32_t columns = tc_least(p->row_columns - x0, p->columns);
        const int8_t *x = image + x0 * p->across;
        int16_t *y = output + x0 * p->output_c;
        const uint32_t *from = p->filters;
        for (int32_t group = p->groups; group; group--, x += 2 * p->group_in, y += p->group_out) {
            if (!p->gather) {
                from = convolve(p, at, from, x, y, rows, columns);
                continue;
            }
            for (int32_t row = 0; row < rows; row++) {
                p->gather(x + row * p->down, at->patches + row * columns * p->apart, columns, p->across, p->next_row,
                          p->next_tap);
            }
            from = convolve(p, at, from, at->patches, y, 1, rows * columns);
        }
    }
}

void tc_dsp_conv2d_s16(const struct tc_dsp_conv2d_s16 *p, const int16_t *input, int16_t *output, void *scratch)
{
    uint32_t *const filters = scratch;
    int8_t *const patches = (int8_t *)(filters + 4 + 4 * p->pairs + p->factors);
    int16_t *const made = (int16_t *)(void *)(patches + p->patches);
    const struct places at = {filters, patches, made, (int8_t *)made + p->made};
    if (p->direct) {
        make_rows(p, &at, (const int8_t *)input, output, p->rows);
    } else {
        tc_dsp_image_clear(&p->image, at.image);
        for (int32_t y0 = 0; y0 < p->output_h; y0 += p->rows) {
            const int32_t rows = tc_least(p->output_h - y0, p->rows), top = y0 * p->stride_h - p->pad_top;
            tc_dsp_image_fetch(&p->image, (const int8_t *)input, at.image, top, top + (rows - 1) * p->stride_h + p->reach);
            make_rows(p, &at, at.image, output + y0 * p->output_w * p->output_c, rows);
        }
    }
    tc_dsp_clamp_s16(output, p->output_h * p->output_w * p->output_c, p->min, p->max);
}
