/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_dsp_conv2d_patches_s8.h"
#include "tc_dsp_clamp.h"
#include "tc_dsp_filters.h"

/* Of results of four channels, 4 bytes a pixel, the first few. */
TC_CODE
static void keep_few(const int8_t *from, int8_t *y, int32_t count, int32_t few, int32_t n)
{
    for (; count; count--, from += 4, y += n) {
        for (int32_t c = 0; c < few; c++) {
            y[c] = from[c];
        }
    }
}

/* `count` windows at `patches` times the filters of a group, to `y`; those filters are expanded at `w`, one four after the
 * other if they are `kept`, else from `from`. Where those of the next group begin. */
TC_CODE
static const uint32_t *convolve(const struct tc_dsp_conv2d_patches_s8 *p, const uint32_t *from, uint32_t *w, int expand,
                                const int8_t *patches, int8_t *made, int8_t *y, int32_t count)
{
    const int32_t values = p->values, n = p->output_c, of_group = p->group_out;
    for (int32_t c = 0; c < of_group; c += 4, w += p->kept ? TC_DSP_EXPANDED(values) : 0) {
        if (expand) {
            from = p->expand(from, w, values, p->is_signed);
        }
        tc_dsp_run *const run = tc_dsp_is_exact(w, values) ? p->run_exact : p->run;
        int8_t *to = y + (c > of_group - 4 && c ? of_group - 4 : c);
        if (of_group < 4 || count == 1) {
            run(w, patches, made, made + 4 * (count + (count & 1)), values, 4, 8 * values, 0);
            keep_few(made, to, count, of_group < 4 ? of_group : 4, n);
        } else {
            tc_dsp_row(run, w, patches, to, count, values, n, values, 8 * values, 0);
        }
    }
    return from;
}

/* Scratch: filters, windows, results where there are less than 4 channels or 2 pixels, the image. */
struct places {
    uint32_t *filters;
    int8_t *patches, *made, *image;
};

TC_CODE
static struct places places_in(const struct tc_dsp_conv2d_patches_s8 *p, void *scratch)
{
    uint32_t *const filters = scratch;
    int8_t *const patches = (int8_t *)(filters + TC_DSP_EXPANDED(p->values) * (p->kept ? (p->group_out + 3) / 4 : 1));
    int8_t *const made = patches + p->pixels * p->values;
    return (struct places){filters, patches, made, made + p->made};
}

/* Rows of the output of what the image in scratch has under them; the `first` ones expand filters that are kept. */
TC_CODE
static void make_rows(const struct tc_dsp_conv2d_patches_s8 *p, const struct places *at, int8_t *output, int32_t rows, int first)
{
    for (int32_t x0 = 0; x0 < p->output_w; x0 += p->columns) {
        const int32_t columns = p->output_w - x0 < p->columns ? p->output_w - x0 : p->columns;
        const int8_t *x = at->image + x0 * p->across;
        int8_t *y = output + x0 * p->output_c;
        const uint32_t *from = p->filters;
        for (int32_t group = p->groups; group; group--, x += p->group_in, y += p->group_out) {
            for (int32_t row = 0; row < rows; row++) {
                p->gather(x + row * p->down, at->patches + row * columns * p->values, columns, p->across, p->next_row,
                          p->next_tap);
            }
            from = convolve(p, from, at->filters, (first && x0 == 0) || !p->kept, at->patches, at->made, y, rows * columns);
        }
    }
    tc_dsp_clamp(output, rows * p->output_w * p->output_c, p->min, p->max);
}

void tc_dsp_conv2d_patches_s8(const struct tc_dsp_conv2d_patches_s8 *p, const int8_t *input, int8_t *output, void *scratch)
{
    const struct places at = places_in(p, scratch);
    tc_dsp_image_clear(&p->image, at.image);
    for (int32_t y0 = 0; y0 < p->output_h; y0 += p->rows) {
        const int32_t rows = p->output_h - y0 < p->rows ? p->output_h - y0 : p->rows;
        const int32_t top = y0 * p->stride_h - p->pad_top;
        tc_dsp_image_fetch(&p->image, input, at.image, top, top + (rows - 1) * p->stride_h + p->reach);
        make_rows(p, &at, output + y0 * p->output_w * p->output_c, rows, y0 == 0);
    }
}

void tc_dsp_conv2d_patches_s8_row(const void *params, const int8_t *const *rows, int8_t *output)
{
    const struct tc_dsp_conv2d_patches_s8 *const p = params;
    const struct places at = places_in(p, tc_row_scratch(rows[p->kernel_h]));
    tc_dsp_image_rows(&p->image, rows, p->kernel_h, at.image);
    make_rows(p, &at, output, 1, 1);
}
