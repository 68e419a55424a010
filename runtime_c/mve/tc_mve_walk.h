/* SPDX-License-Identifier: Apache-2.0 */
/* Two tensors, broadcast as in numpy, whose elements meet a vector at a time. Private to the kernels. */
#ifndef TC_MVE_WALK_H
#define TC_MVE_WALK_H

#include <string.h>

#include "tc_broadcast.h"
#include "tc_mve.h"

/* A row of the result. Operands are `steps` elements apart, 1 or 0: of 0 there is one, all over a vector. */
struct tc_mve_row {
    const int8_t *x, *y;
    int8_t *output;
    int32_t count, x_step, y_step;
};

/* Literals, to be inlined; `p` is the kernel's struct. */
typedef void (*tc_mve_of_row)(const void *p, struct tc_mve_row row);
typedef int32x4_t (*tc_mve_of_words)(const void *p, int32x4_t x, int32x4_t y);
typedef int16x8_t (*tc_mve_of_halves)(const void *p, int16x8_t x, int16x8_t y);
typedef int8x16_t (*tc_mve_of_vectors)(const void *p, int8x16_t x, int8x16_t y);

/* An element of `size` bytes, 1 or 2, all over a vector at `to`. */
TC_MVE_INLINE const int8_t *tc_mve_spread(int16_t to[8], const int8_t *element, int32_t size)
{
    int16_t half;
    if (size == 1) {
        half = (int16_t)(uint16_t)(*(const uint8_t *)element * 0x0101u);
    } else {
        memcpy(&half, element, sizeof half);
    }
    vst1q_s16(to, vdupq_n_s16(half));
    return (const int8_t *)to;
}

/* Elements of `size` bytes, 1 or 2. */
TC_MVE_INLINE void tc_mve_walk(const void *p, const int32_t *shape, const int32_t *steps1, const int32_t *steps2,
                               const void *input1, const void *input2, void *output, int32_t size, tc_mve_of_row make)
{
    const int32_t last = TC_AXES - 1;
    int16_t one[2][8];
    struct tc_row at = {{0}, 0, 0};
    struct tc_mve_row row = {0, 0, (int8_t *)output, shape[last], steps1[last], steps2[last]};
    do {
        row.x = (const int8_t *)input1 + at.first * size;
        row.y = (const int8_t *)input2 + at.second * size;
        if (row.x_step == 0) {
            row.x = tc_mve_spread(one[0], row.x, size);
        }
        if (row.y_step == 0) {
            row.y = tc_mve_spread(one[1], row.y, size);
        }
        make(p, row);
        row.output += row.count * size;
    } while (tc_next_row(&at, shape, steps1, steps2));
}

/* A row of bytes, made in words. Most operands both advance. */
TC_MVE_INLINE void tc_mve_row_of_words(const void *p, struct tc_mve_row row, tc_mve_of_words made)
{
    if (row.x_step & row.y_step) {
        for (int32_t fours = row.count / 4; fours > 0; fours--, row.x += 4, row.y += 4, row.output += 4) {
            vstrbq_s32(row.output, made(p, vldrbq_s32(row.x), vldrbq_s32(row.y)));
        }
        row.count %= 4;
    }
    for (; row.count > 0; row.count -= 4, row.output += 4) {
        const mve_pred16_t some = vctp32q((uint32_t)row.count);
        vstrbq_p_s32(row.output, made(p, vldrbq_z_s32(row.x, some), vldrbq_z_s32(row.y, some)), some);
        row.x += 4 * row.x_step;
        row.y += 4 * row.y_step;
    }
}

/* A row of bytes, made in halves of words. */
TC_MVE_INLINE void tc_mve_row_of_halves(const void *p, struct tc_mve_row row, tc_mve_of_halves made)
{
    if (row.x_step & row.y_step) {
        for (int32_t eights = row.count / 8; eights > 0; eights--, row.x += 8, row.y += 8, row.output += 8) {
            vstrbq_s16(row.output, made(p, vldrbq_s16(row.x), vldrbq_s16(row.y)));
        }
        row.count %= 8;
    }
    for (; row.count > 0; row.count -= 8, row.output += 8) {
        const mve_pred16_t some = vctp16q((uint32_t)row.count);
        vstrbq_p_s16(row.output, made(p, vldrbq_z_s16(row.x, some), vldrbq_z_s16(row.y, some)), some);
        row.x += 8 * row.x_step;
        row.y += 8 * row.y_step;
    }
}

/* A row of elements of `size` bytes, 1 or 2, a vector at a time. */
TC_MVE_INLINE void tc_mve_row_of_vectors(const void *p, struct tc_mve_row row, int32_t size, tc_mve_of_vectors made)
{
    int32_t left = row.count * size;
    if (row.x_step & row.y_step) {
        for (int32_t vectors = left / 16; vectors > 0; vectors--, row.x += 16, row.y += 16, row.output += 16) {
            vst1q_s8(row.output, made(p, vld1q_s8(row.x), vld1q_s8(row.y)));
        }
        left %= 16;
    }
    for (; left > 0; left -= 16, row.output += 16) {
        const mve_pred16_t some = vctp8q((uint32_t)left);
        vst1q_p_s8(row.output, made(p, vld1q_z_s8(row.x, some), vld1q_z_s8(row.y, some)), some);
        row.x += 16 * row.x_step;
        row.y += 16 * row.y_step;
    }
}

#endif
