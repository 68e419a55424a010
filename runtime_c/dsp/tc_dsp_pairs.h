/* SPDX-License-Identifier: Apache-2.0 */
/* Two tensors, broadcast as in numpy, whose elements meet a word at a time. Private to the kernels. */
#ifndef TC_DSP_PAIRS_H
#define TC_DSP_PAIRS_H

#include "tc_broadcast.h"
#include "tc_dsp_extremes.h"

/* What becomes of two words, given constants; a literal, to be inlined. */
typedef uint32_t (*tc_dsp_of_words)(const void *constants, uint32_t a, uint32_t b);

/* Elements `x_step` and `y_step` apart, 1 or 0, of rows of `count`. If it takes few instructions, `made` is `quick`. */
TC_INLINE void tc_dsp_pair_row(const int8_t *x, const int8_t *y, int8_t *output, int32_t count, int32_t x_step,
                               int32_t y_step, int size, int quick, tc_dsp_of_words made, const void *constants)
{
    uint32_t of_x, of_y; /* a row of one element is one word, read again and again */
    if (x_step == 0) {
        of_x = tc_in_all_lanes(x, size);
        x = (const int8_t *)&of_x;
    }
    if (y_step == 0) {
        of_y = tc_in_all_lanes(y, size);
        y = (const int8_t *)&of_y;
    }
    int32_t bytes = count * size;
    if (quick && (x_step & y_step)) {
        for (; bytes >= 16; bytes -= 16, x += 16, y += 16, output += 16) {
            tc_store32(output, made(constants, tc_load32(x), tc_load32(y)));
            tc_store32(output + 4, made(constants, tc_load32(x + 4), tc_load32(y + 4)));
            tc_store32(output + 8, made(constants, tc_load32(x + 8), tc_load32(y + 8)));
            tc_store32(output + 12, made(constants, tc_load32(x + 12), tc_load32(y + 12)));
        }
    }
    for (; bytes >= 4; bytes -= 4, x += 4 * x_step, y += 4 * y_step, output += 4) {
        tc_store32(output, made(constants, tc_load32(x), tc_load32(y)));
    }
    for (; bytes > 0; bytes -= size, x += size * x_step, y += size * y_step, output += size) {
        const uint32_t word = made(constants, tc_in_all_lanes(x, size), tc_in_all_lanes(y, size));
        memcpy(output, &word, (size_t)size);
    }
}

/* `steps` are of elements, 1 or 0 along the last axis. Returns what follows the output. */
TC_INLINE int8_t *tc_dsp_pair(const void *input1, const void *input2, void *output, const int32_t *shape,
                              const int32_t *steps1, const int32_t *steps2, int size, int quick, tc_dsp_of_words made,
                              const void *constants)
{
    const int32_t count = shape[TC_AXES - 1];
    int8_t *out = (int8_t *)output;
    struct tc_row row = {{0}, 0, 0};
    do {
        tc_dsp_pair_row((const int8_t *)input1 + row.first * size, (const int8_t *)input2 + row.second * size, out, count,
                        steps1[TC_AXES - 1], steps2[TC_AXES - 1], size, quick, made, constants);
        out += count * size;
    } while (tc_next_row(&row, shape, steps1, steps2) != 0);
    return out;
}

#endif
