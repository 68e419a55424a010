/* SPDX-License-Identifier: Apache-2.0 */
/* Images of four channels as four planes of bytes, for kernels that look at each channel by itself. Private to them. */
#ifndef TC_DSP_PLANES_H
#define TC_DSP_PLANES_H

#include "tc_dsp.h"

/* Where the pixels of a plane come from and go to. */
struct tc_dsp_planes {
    const int8_t *from;        /* the first pixel that is inside the image */
    int8_t *to;                /* its place in the first plane */
    int32_t rows, columns;     /* of those */
    int32_t step, line;        /* bytes from column to column and from row to row of the image */
    int32_t plane_line;        /* bytes from row to row of a plane */
    uint32_t zero;             /* the zero point, four times */
};

/* Four pixels of four channels become a word in each plane. */
TC_INLINE void tc_dsp_transpose(uint32_t p0, uint32_t p1, uint32_t p2, uint32_t p3, int8_t *to, int32_t plane)
{
    uint32_t a = tc_pkhbt(p0, p2), b = tc_pkhbt(p1, p3), c = tc_pkhtb(p0, p2), d = tc_pkhtb(p1, p3);
    const uint32_t swap = ((a >> 8) ^ b) & 0x00ff00ffu; /* odd bytes of a for even ones of b */
    a ^= swap << 8;
    b ^= swap;
    const uint32_t swap2 = ((c >> 8) ^ d) & 0x00ff00ffu;
    c ^= swap2 << 8;
    d ^= swap2;
    tc_store32(to, a);
    tc_store32(to + plane, b);
    tc_store32(to + 2 * plane, c);
    tc_store32(to + 3 * plane, d);
}

/* Puts the pixels inside the image into the planes, whose borders are there already; where there are fewer than 4 columns,
 * that on the right is of 3 or more. `plane`: bytes from plane to plane. */
TC_APART static void tc_dsp_fill_planes(const struct tc_dsp_planes *p, int32_t plane)
{
    const int32_t columns = p->columns, step = p->step, step3 = 3 * step;
    const int8_t *from = p->from;
    int8_t *to = p->to;
    for (int32_t row = p->rows; row > 0; row--, from += p->line, to += p->plane_line) {
        if (columns < 4) {
            const uint32_t p1 = columns > 1 ? tc_load32(from + step) : p->zero;
            const uint32_t p2 = columns > 2 ? tc_load32(from + 2 * step) : p->zero;
            tc_dsp_transpose(tc_load32(from), p1, p2, p->zero, to, plane);
            continue;
        }
        const int8_t *x = from;
        int8_t *y = to;
        for (int32_t words = (columns + 3) / 4; words > 0;) {
            tc_dsp_transpose(tc_load32(x), tc_load32(x + step), tc_load32(x + 2 * step), tc_load32(x + step3), y, plane);
            x += 4 * step;
            y += 4;
            if (--words == 1) { /* the last one ends with the row, wherever it begins */
                x = from + (columns - 4) * step;
                y = to + columns - 4;
            }
        }
    }
}

#endif
