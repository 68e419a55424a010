/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of an input with their borders in scratch: nothing behind asks where the image ends. Private to convolutions. */
#ifndef TC_DSP_IMAGE_H
#define TC_DSP_IMAGE_H

#include "tc_dsp_copy.h"

struct tc_dsp_image {
    int32_t row;                /* bytes of a row in scratch, a multiple of 4 */
    int32_t bytes;              /* of all rows there */
    int32_t left;               /* bytes of border before the input's */
    int32_t input_h, input_row; /* rows, and bytes of each */
    int32_t zero;               /* the zero point, what borders are made of */
    int32_t flip;               /* of the words of a row */
};

static inline void tc_dsp_image_clear(const struct tc_dsp_image *p, int8_t *image)
{
    tc_dsp_fill(image, p->zero, p->bytes, (uint32_t)p->flip);
}

/* The input's rows y to end - 1, some above or below it; after a clear, each call with larger y than the one before. So the
 * borders left and right are there, and a row's place is all border until the input's first row came. */
static TC_APART void tc_dsp_image_fetch(const struct tc_dsp_image *p, const int8_t *input, int8_t *image,
                                                        int32_t y, int32_t end)
{
    const int32_t room = p->row - p->left, count = p->input_row < room ? p->input_row : room;
    const uint32_t flip = (uint32_t)p->flip;
    for (; y < end; y++, image += p->row) {
        if (y >= p->input_h) {
            tc_dsp_fill(image, p->zero, p->row, flip);
        } else if (y >= 0) {
            tc_dsp_copy(image + p->left, input + y * p->input_row, count, tc_dsp_flip_on(flip, p->left));
        }
    }
}

/* `count` rows of the input, NULL for one above or below it, with their borders. */
static TC_APART void tc_dsp_image_rows(const struct tc_dsp_image *p, const int8_t *const *rows, int32_t count, int8_t *image)
{
    const int32_t left = tc_least(p->left, p->row), used = tc_least(p->input_row, p->row - left), right = left + used;
    const uint32_t flip = (uint32_t)p->flip;
    for (; count; count--, rows++, image += p->row) {
        tc_dsp_fill(image, p->zero, *rows ? left : p->row, flip);
        if (*rows) {
            tc_dsp_copy(image + left, *rows, used, tc_dsp_flip_on(flip, left));
            tc_dsp_fill(image + right, p->zero, p->row - right, tc_dsp_flip_on(flip, right));
        }
    }
}

#endif
