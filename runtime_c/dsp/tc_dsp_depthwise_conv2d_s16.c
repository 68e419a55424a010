/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_dsp_depthwise_conv2d_s16.h"
#include "tc_dsp_clamp.h"

/* What TC_DSP_LANES_S16 wants of the channels c and c + 1. */
TC_CODE
static void widen(const struct tc_dsp_depthwise_conv2d_s16 *p, int32_t c, uint32_t *w)
{
    const uint32_t *const leave = p->leave + c * p->factors;
    const int8_t *weights = p->weights + c;
    *w++ = (uint32_t)p->bias[c];
    *w++ = (uint32_t)p->bias[c + 1];
    for (int32_t i = 0; i < 2 * p->factors; i++) {
        *w++ = leave[i];
    }
    for (int32_t tap = p->taps; tap; tap--, weights += p->output_c) {
        *w++ = tc_pkhbt((uint32_t)weights[0], (uint32_t)weights[1]);
    }
}

/* Rows of the image as tc_dsp_image_fetch has them, each channel as often as it has filters. */
TC_CODE
static void repeat_channels(const struct tc_dsp_depthwise_conv2d_s16 *p, const int16_t *input, int8_t *image, int32_t y, int32_t end)
{
    const int32_t pixels = tc_least(p->input_w, (p->image.row - p->image.left) / (2 * p->output_c));
    const int32_t filters = p->output_c / p->input_c;
    for (; y < end; y++, image += p->image.row) {
        int16_t *to = (int16_t *)(void *)(image + p->image.left);
        if (y >= p->input_h) {
            tc_dsp_fill(image, 0, p->image.row, 0);
        } else if (y >= 0) {
            const int16_t *from = input + y * p->input_w * p->input_c;
            for (int32_t left = pixels * p->input_c; left > 0; left--, from++) {
                for (int32_t i = 0; i < filters; i++) {
                    *to++ = *from;
                }
            }
        }
    }
}

/* Rows of the output of what the image has under them. */
TC_CODE
static void make_rows(const struct tc_dsp_depthwise_conv2d_s16 *p, uint32_t *w, const int8_t *image, int8_t *output, int32_t rows)
{
    const int32_t count = p->turned ? rows : p->output_w, lines = p->turned ? p->output_w : rows;
    const int32_t last = (count - 2) * p->y_apart, n = p->output_c;
    for (int32_t channel = 0; channel < n; channel += 2) {
        const int32_t c = tc_least(channel, n - 2); /* an odd one goes with its neighbour once more */
        const int8_t *x = image + 2 * c;
        int8_t *y = output + 2 * c;
        widen(p, c, w);
        for (int32_t line = lines; line; line--, x += p->down, y += p->y_down) {
            p->run(w, x, y, count & ~1, p->y_apart, p->lines_of_window, p->next_line);
            if (count & 1) { /* so does an odd pixel */
                p->run(w, x + (count - 2) * p->x_apart, y + last, 2, p->y_apart, p->lines_of_window, p->next_line);
            }
        }
    }
}

void tc_dsp_depthwise_conv2d_s16(const struct tc_dsp_depthwise_conv2d_s16 *p, const int16_t *input, int16_t *output,
                                 void *scratch)
{
    uint32_t *const w = scratch;
    int8_t *const image = (int8_t *)(w + 2 + 2 * p->factors + p->taps);
    if (p->direct) {
        make_rows(p, w, (const int8_t *)input, (int8_t *)output, p->output_h);
    } else {
        tc_dsp_image_clear(&p->image, image);
        for (int32_t y0 = 0; y0 < p->output_h; y0 += p->rows) {
            const int32_t rows = tc_least(p->output_h - y0, p->rows), top = y0 * p->stride_h - p->pad_top;
            const int32_t end = top + (rows - 1) * p->stride_h + p->reach;
            if (p->output_c == p->input_c) {
                tc_dsp_image_fetch(&p->image, (const int8_t *)input, image, top, end);
            } else {
                repeat_channels(p, input, image, top, end);
            }
            make_rows(p, w, image, (int8_t *)(output + y0 * p->output_w * p->output_c), rows);
        }
    }
    tc_dsp_clamp_s16(output, p->output_h * p->output_w * p->output_c, p->min, p->max);
}
