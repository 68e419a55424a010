/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_dsp_conv2d_s8.h"
#include "tc_dsp_clamp.h"
#include "tc_dsp_filters.h"

/* Rows of the output of what `image` has under them; w: room for the filters of four channels. Of a row of a window all values
 * are neighbours in scratch. */
TC_CODE
static void convolve(const struct tc_dsp_conv2d_s8 *p, const int8_t *image, uint32_t *w, int8_t *output, int32_t rows)
{
    const int32_t values = p->values * p->kernel_h, n = p->output_c, columns = p->output_w;
    const uint32_t *from = p->filters;
    for (int32_t c = 0; c < n; c += 4) {
        const int8_t *x = image;
        int8_t *y = output + (c < n - 4 ? c : n - 4);
        from = p->expand(from, w, values, p->is_signed);
        tc_dsp_run *const run = tc_dsp_is_exact(w, values) ? p->run_exact : p->run;
        for (int32_t row = rows; row; row--, x += p->down, y += columns * n) {
            tc_dsp_row(run, w, x, y, columns, p->apart, n, p->values, 8 * values, p->hop);
        }
    }
    tc_dsp_clamp(output, rows * columns * n, p->min, p->max);
}

void tc_dsp_conv2d_s8(const struct tc_dsp_conv2d_s8 *p, const int8_t *input, int8_t *output, void *scratch)
{
    uint32_t *const w = scratch;
    int8_t *const image = (int8_t *)(w + TC_DSP_EXPANDED(p->values * p->kernel_h));

    tc_dsp_image_clear(&p->image, image);
    for (int32_t y0 = 0; y0 < p->output_h; y0 += p->rows) {
        const int32_t rows = p->output_h - y0 < p->rows ? p->output_h - y0 : p->rows;
        const int32_t top = y0 * p->stride_h - p->pad_top;
        tc_dsp_image_fetch(&p->image, input, image, top, top + (rows - 1) * p->stride_h + p->reach);
        convolve(p, image, w, output + y0 * p->output_w * p->output_c, rows);
    }
}

void tc_dsp_conv2d_s8_row(const void *params, const int8_t *const *rows, int8_t *output)
{
    const struct tc_dsp_conv2d_s8 *const p = params;
    uint32_t *const w = tc_row_scratch(rows[p->kernel_h]);
    int8_t *const image = (int8_t *)(w + TC_DSP_EXPANDED(p->values * p->kernel_h));
    tc_dsp_image_rows(&p->image, rows, p->kernel_h, image);
    convolve(p, image, w, output, 1);
}
