/* SPDX-License-Identifier: Apache-2.0 */
/* Four columns of b at a time, which lie one after the other: copied to scratch, or where they are if b is transposed. */
#include "tc_mve_matmul_s8.h"
#include "tc_mve.h"
#include "tc_mve_patches.h"

/* All rows of a times four columns. Every field has 4 bytes: assembly reads them by their offsets. */
struct product {
    const int8_t *a;              /* 0: moves on row by row */
    int8_t *output;               /* 4 */
    int32_t depth, rows, columns; /* 8, 12, 16: of b */
    int32_t some;                 /* 20: columns that there are; if not four, the last one counts again */
    const int8_t *column[4];      /* 24 */
    const int32_t *of_rows;       /* 40: what sums have beside those of a * b, row by row */
    int32_t multiplier, constant; /* 44, 48 */
    int32_t left;                 /* 52: shift of outputs into the highest byte of a word */
    int32_t of_columns[4];        /* 56: the same of the columns */
};

static inline int32_t least(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

#if defined(__ARM_FEATURE_MVE) && !defined(TC_NO_ASM)

/*   r0 r2 r4 r6   sums   r1 r5 r7 r8   columns   r3   row of a   r9   output   r10   rows left   r11   run   r12   depth
 * q3 has what the columns bring. Minus 1 where the sum is negative: halves go away from 0. */
TC_CODE
__attribute__((naked, noinline)) static void multiply(__attribute__((unused)) struct product *run)
{
    __asm__(
        "push {r4-r11, lr}\n mov r11, r0\n ldr r9, [r11, #4]\n ldrd r12, r10, [r11, #8]\n add r1, r11, #56\n"
        "vldrw.32 q3, [r1]\n"
        "1: ldrd r1, r5, [r11, #24]\n ldrd r7, r8, [r11, #32]\n ldr r3, [r11]\n add r0, r3, r12\n str r0, [r11]\n"
        "movs r0, #0\n movs r2, #0\n movs r4, #0\n movs r6, #0\n wlstp.8 lr, r12, 3f\n"
        "2: vldrb.8 q0, [r3], #16\n vldrb.8 q1, [r1], #16\n vmladava.s8 r0, q0, q1\n vldrb.8 q2, [r5], #16\n"
        "vmladava.s8 r2, q0, q2\n vldrb.8 q1, [r7], #16\n vmladava.s8 r4, q0, q1\n vldrb.8 q2, [r8], #16\n"
        "vmladava.s8 r6, q0, q2\n letp lr, 2b\n"
        "3: vmov q0[2], q0[0], r0, r4\n ldrd r1, r3, [r11, #40]\n vmov q0[3], q0[1], r2, r6\n ldr r5, [r1], #4\n"
        "vadd.i32 q0, q0, q3\n str r1, [r11, #40]\n vadd.i32 q0, q0, r5\n ldrd r5, r7, [r11, #48]\n"
        "vshr.s32 q1, q0, #31\n vqrdmlah.s32 q1, q0, r3\n ldrd r1, r2, [r11, #16]\n vadd.i32 q1, q1, r5\n"
        "mov r0, r9\n vqshl.s32 q1, r7\n add r9, r1\n vshr.s32 q1, q1, #24\n subs r10, #1\n"
        "vctp.32 r2\n vpst\n vstrbt.32 q1, [r0]\n bne 1b\n pop {r4-r11, pc}\n");
}

#else

TC_CODE
static void multiply(struct product *run)
{
    const int32x4_t of_columns = vld1q_s32(run->of_columns);
    for (int32_t row = 0; row < run->rows; row++, run->a += run->depth, run->output += run->columns) {
        int32_t sums[4] = {0, 0, 0, 0};
        for (int32_t i = 0; i < run->depth; i += 16) {
            const mve_pred16_t some = vctp8q((uint32_t)(run->depth - i));
            const int8x16_t x = vld1q_z_s8(run->a + i, some);
            for (int n = 0; n < 4; n++) {
                sums[n] = vmladavaq_s8(sums[n], x, vld1q_z_s8(run->column[n] + i, some));
            }
        }
        int32x4_t v = vaddq_n_s32(vaddq_s32(vld1q_s32(sums), of_columns), run->of_rows[row]);
        v = vaddq_n_s32(vqrdmlahq_n_s32(vshrq_n_s32(v, 31), v, run->multiplier), run->constant);
        vstrbq_p_s32(run->output, vshrq_n_s32(vqshlq_r_s32(v, run->left), 24), vctp32q((uint32_t)run->some));
    }
}

#endif

/* Copies a column whose rows are `step` apart; `offsets` are twice the step apart. Vectors end with zeros. */
TC_CODE
static void gather(const int8_t *from, uint16x8_t offsets, int32_t step, int32_t count, int8_t *to)
{
    for (; count >= 16; count -= 16, from += 16 * step, to += 16) {
        const int8x16_t even = vreinterpretq_s8_s16(vldrbq_gather_offset_s16(from, offsets));
        vst1q_s8(to, vmovntq_s16(even, vldrbq_gather_offset_s16(from + step, offsets)));
    }
    if (count > 0) {
        const mve_pred16_t some = vctp16q((uint32_t)(count + 1) / 2), odd = vctp16q((uint32_t)count / 2);
        const int8x16_t even = vreinterpretq_s8_s16(vldrbq_gather_offset_z_s16(from, offsets, some));
        vst1q_s8(to, vmovntq_s16(even, vldrbq_gather_offset_z_s16(from + step, offsets, odd)));
    }
}

/* Sum + that of `count` values. */
static inline int32_t add_up(const int8_t *x, int32_t count, int32_t sum)
{
    for (; count >= 16; count -= 16, x += 16) {
        sum = vaddvaq_s8(sum, vld1q_s8(x));
    }
    return count > 0 ? vaddvaq_s8(sum, vld1q_z_s8(x, vctp8q((uint32_t)count))) : sum;
}

/* Columns from n on. */
TC_CODE
static void find_columns(const struct tc_mve_matmul_s8 *p, const int8_t *b, int32_t n, int8_t *scratch, struct product *run)
{
    const uint16x8_t offsets = vmulq_n_u16(vidupq_n_u16(0, 2), (uint16_t)p->columns);
    for (int i = 0; i < 4; i++) {
        const int32_t at = least(n + i, p->columns - 1);
        run->column[i] = b + at * p->depth;
        if (!p->b_transposed) {
            gather(b + at, offsets, p->columns, p->depth, scratch);
            run->column[i] = scratch;
            scratch += (p->depth + 15) / 16 * 16;
        }
        run->of_columns[i] = -p->a_zero_point * add_up(run->column[i], p->depth, -p->b_zero_point * p->depth);
    }
}

void tc_mve_matmul_s8(const struct tc_mve_matmul_s8 *p, const int8_t *a, const int8_t *b, int8_t *output, void *scratch)
{
    int32_t *const of_rows = scratch;
    int8_t *out = output;
    struct product run = {a, out, p->depth, p->rows, p->columns, 4, {NULL, NULL, NULL, NULL}, of_rows, p->multiplier,
                          p->constant, 24 - p->shift, {0, 0, 0, 0}};
    for (int32_t batch = 0; batch < p->batches; batch++, a += p->a_step, b += p->b_step) {
        for (int32_t row = 0; row < p->rows; row++) {
            of_rows[row] = -p->b_zero_point * add_up(a + row * p->depth, p->depth, 0);
        }
        for (int32_t n = 0; n < p->columns; n += 4) {
            find_columns(p, b, n, (int8_t *)(of_rows + p->rows), &run);
            run.a = a;
            run.output = out + n;
            run.some = least(p->columns - n, 4);
            run.of_rows = of_rows;
            multiply(&run);
        }
        out += p->rows * p->columns;
    }
    tc_mve_clamp(output, (int32_t)(out - output), p->min, p->max);
}
