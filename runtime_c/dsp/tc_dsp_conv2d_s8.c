/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_dsp_conv2d_s8.h"
#include "tc_dsp_clamp.h"
#include "tc_dsp_filters.h"

/* Of a row of a window all values are neighbours in scratch. */
void tc_dsp_conv2d_s8(const struct tc_dsp_conv2d_s8 *p, const int8_t *input, int8_t *output, void *scratch)
{
    const int32_t values = p->values * p->kernel_h, n = p->output_c, columns = p->output_w;
    uint32_t *const w = scratch;
    int8_t *const image = (int8_t *)(w + TC_DSP_EXPANDED(values));

    tc_dsp_image_clear(&p->image, image);
    for (int32_t y0 = 0; y0 < p->output_h; y0 += p->rows) {
        const int32_t rows = p->output_h - y0 < p->rows ? p->output_h - y0 : p->rows;
        const uint32_t *from = p->filters;
        const int32_t top = y0 * p->stride_h - p->pad_top;
        tc_dsp_image_fetch(&p->image, input, image, top, top + (rows - 1) * p->stride_h + p->reach);
        for (int32_t c = 0; c < n; c += 4) {
            const int8_t *x = image;
            int8_t *y = output + y0 * columns * n + (c < n - 4 ? c : n - 4);
            from = tc_dsp_expand(from, w, values, p->is_signed);
            tc_dsp_run *const run = tc_dsp_is_exact(w, values) ? p->run_exact : p->run;
            for (int32_t row = rows; row; row--, x += p->down, y += columns * n) {
                tc_dsp_row(run, w, x, y, columns, p->apart, n, p->values, 8 * values, p->hop);
            }
        }
    }
    tc_dsp_clamp(output, p->output_h * columns * n, p->min, p->max);
}
