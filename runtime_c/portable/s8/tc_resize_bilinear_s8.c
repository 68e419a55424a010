/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_resize_bilinear_s8.h"

/* Where output pixel `i` lies in the input: between pixels `low` and `high`, `fraction` / 1024 from low. */
struct position {
    int32_t low, high, fraction;
};

TC_CODE
static struct position locate(int32_t i, int32_t scale, int32_t offset, int32_t extent)
{
    const int32_t at = i * scale + offset < 0 ? 0 : i * scale + offset;
    struct position p = {at >> 16, at >> 16, (at & 0xffff) >> 6};
    if (p.low >= extent - 1) {
        p.low = p.high = extent - 1;
        p.fraction = 0;
    } else if (p.fraction > 0) {
        p.high++;
    } else {
        /* on a row or column of the input: its neighbour has no weight */
    }
    return p;
}

void tc_resize_bilinear_s8(const struct tc_resize_bilinear_s8 *p, const int8_t *input, int8_t *output)
{
    const int32_t row = p->input_w * p->channels;

    for (int32_t y = 0; y < p->output_h; y++) {
        const struct position v = locate(y, p->scale_h, p->offset_h, p->input_h);
        for (int32_t x = 0; x < p->output_w; x++) {
            const struct position h = locate(x, p->scale_w, p->offset_w, p->input_w);
            const int8_t *top_left = input + v.low * row + h.low * p->channels;
            const int8_t *top_right = input + v.low * row + h.high * p->channels;
            const int8_t *bottom_left = input + v.high * row + h.low * p->channels;
            const int8_t *bottom_right = input + v.high * row + h.high * p->channels;
            for (int32_t c = 0; c < p->channels; c++) {
                /* 10 fraction bits each way: at most 2^27. */
                const int32_t top = top_left[c] * (1024 - h.fraction) + top_right[c] * h.fraction;
                const int32_t bottom =
                    bottom_left[c] * (1024 - h.fraction) + bottom_right[c] * h.fraction;
                const int32_t sum = top * (1024 - v.fraction) + bottom * v.fraction;
                const int32_t half = sum > 0 ? 1 << 19 : -(1 << 19);
                *output++ = (int8_t)((sum + half) / (1 << 20));
            }
        }
    }
}
