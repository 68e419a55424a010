/* SPDX-License-Identifier: Apache-2.0 */
/* Four columns at a time: of b, 16 elements of each in turn go to scratch, and two rows of a are multiplied by them. */
#include "tc_mve_matmul_s8.h"
#include "tc_mve.h"
#include "tc_mve_patches.h"

static inline int32_t least(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

/* Up to 16 elements of a column whose rows are `step` apart; behind them zeros. */
TC_MVE_INLINE int8x16_t column(const int8_t *from, uint16x8_t offsets, int32_t step, int32_t count)
{
    const int16x8_t even = vldrbq_gather_offset_z_s16(from, offsets, vctp16q((uint32_t)(count + 1) / 2));
    const int16x8_t odd = vldrbq_gather_offset_z_s16(from + step, offsets, vctp16q((uint32_t)count / 2));
    return vmovntq_s16(vreinterpretq_s8_s16(even), odd);
}

/* Columns n to n + 3 of b; where there are fewer the last one again. Returns what their sums have beside those of
 * a * (b - zero point): minus a's zero point times the sum of a column of these. */
TC_CODE
static int32x4_t pack(const struct tc_mve_matmul_s8 *p, const int8_t *b, int32_t n, int8_t *to)
{
    const uint16x8_t offsets = vmulq_n_u16(vidupq_n_u16(0, 2), (uint16_t)p->columns);
    int32_t sums[4];
    for (int i = 0; i < 4; i++) {
        const int32_t at = least(n + i, p->columns - 1);
        const int8_t *from = b + (p->b_transposed ? at * p->depth : at);
        int32_t sum = -p->b_zero_point * p->depth;
        for (int32_t k = 0; k < p->depth; k += 16) {
            const int32_t count = least(p->depth - k, 16);
            const int8x16_t v = p->b_transposed ? vld1q_z_s8(from + k, vctp8q((uint32_t)count))
                                                : column(from + k * p->columns, offsets, p->columns, count);
            sum = vaddvaq_s8(sum, v);
            vst1q_s8(to + 4 * k + 16 * i, v);
        }
        sums[i] = -p->a_zero_point * sum;
    }
    return vld1q_s32(sums);
}

/* Of two rows, x and y, times 16 elements of four columns; sums are variables, which arrays would not be for gcc. */
#define TC_MVE_ADD(X, Y)                                                                                            \
    do {                                                                                                            \
        const int8x16_t x = (X), y = (Y), w0 = vld1q_s8(w), w1 = vld1q_s8(w + 16), w2 = vld1q_s8(w + 32);           \
        const int8x16_t w3 = vld1q_s8(w + 48);                                                                      \
        x0 = vmladavaq_s8(x0, x, w0);                                                                               \
        y0 = vmladavaq_s8(y0, y, w0);                                                                               \
        x1 = vmladavaq_s8(x1, x, w1);                                                                               \
        y1 = vmladavaq_s8(y1, y, w1);                                                                               \
        x2 = vmladavaq_s8(x2, x, w2);                                                                               \
        y2 = vmladavaq_s8(y2, y, w2);                                                                               \
        x3 = vmladavaq_s8(x3, x, w3);                                                                               \
        y3 = vmladavaq_s8(y3, y, w3);                                                                               \
    } while (0)

TC_MVE_INLINE void leave(const struct tc_mve_matmul_s8 *p, int32x4_t v, int8_t *output, mve_pred16_t some)
{
    const int32x4_t sign = vshrq_n_s32(v, 31); /* halves go away from 0 */
    v = vaddq_n_s32(vaddq_s32(vqrdmulhq_n_s32(v, p->multiplier), sign), p->constant);
    vstrbq_p_s32(output, vshrq_n_s32(vqshlq_r_s32(v, 24 - p->shift), 24), some);
}

/* Four columns of the output, or the `some` that there are. */
TC_CODE
__attribute__((noinline)) static void multiply(const struct tc_mve_matmul_s8 *p, const int8_t *a, const int8_t *packed,
                                               int32x4_t of_columns, const int32_t *of_rows, int8_t *output,
                                               int32_t columns)
{
    const mve_pred16_t rest = vctp8q((uint32_t)(p->depth % 16)), some = vctp32q((uint32_t)columns);
    for (int32_t row = 0; row < p->rows; row += 2) {
        const int32_t second = row + 1 < p->rows; /* else the row once more */
        const int8_t *at = a + row * p->depth, *below = at + second * p->depth, *w = packed;
        int32_t x0 = 0, x1 = 0, x2 = 0, x3 = 0, y0 = 0, y1 = 0, y2 = 0, y3 = 0;
        for (const int8_t *const end = packed + 64 * (p->depth / 16); w != end; at += 16, below += 16, w += 64) {
            TC_MVE_ADD(vld1q_s8(at), vld1q_s8(below));
        }
        if (rest) {
            TC_MVE_ADD(vld1q_z_s8(at, rest), vld1q_z_s8(below, rest));
        }
        int8_t *const to = output + row * p->columns;
        const int32x4_t x = vaddq_s32(tc_mve_four(x0, x1, x2, x3), of_columns);
        const int32x4_t y = vaddq_s32(tc_mve_four(y0, y1, y2, y3), of_columns);
        leave(p, vaddq_n_s32(x, of_rows[row]), to, some);
        leave(p, vaddq_n_s32(y, of_rows[row + second]), to + second * p->columns, some);
    }
}

/* Minus b's zero point times the sum of each row of a. */
TC_CODE
static void add_rows(const struct tc_mve_matmul_s8 *p, const int8_t *a, int32_t *sums)
{
    for (int32_t row = 0; row < p->rows; row++) {
        int32_t sum = 0;
        for (int32_t left = p->depth; left > 0; left -= 16) {
            sum = vaddvaq_s8(sum, vld1q_z_s8(a, vctp8q((uint32_t)left)));
            a += least(left, 16);
        }
        sums[row] = -p->b_zero_point * sum;
    }
}

void tc_mve_matmul_s8(const struct tc_mve_matmul_s8 *p, const int8_t *a, const int8_t *b, int8_t *output, void *scratch)
{
    int8_t *const packed = scratch, *out = output;
    int32_t *const of_rows = (int32_t *)scratch + (p->depth + 15) / 16 * 16;
    for (int32_t batch = 0; batch < p->batches; batch++, a += p->a_step, b += p->b_step) {
        add_rows(p, a, of_rows);
        for (int32_t n = 0; n < p->columns; n += 4) {
            const int32x4_t of_columns = pack(p, b, n, packed);
            multiply(p, a, packed, of_columns, of_rows, out + n, p->columns - n);
        }
        out += p->rows * p->columns;
    }
    tc_mve_clamp(output, (int32_t)(out - output), p->min, p->max);
}
