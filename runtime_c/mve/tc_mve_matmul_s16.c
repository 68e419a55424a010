/* SPDX-License-Identifier: Apache-2.0 */
/* Four columns of b at a time, which lie one after the other: copied to scratch, or where they are if b is transposed. Sums
 * of products of int16 have up to 48 bits. */
#include "tc_mve_matmul_s16.h"
#include "tc_mve.h"

/* All rows of a times four columns. Every field has 4 bytes: assembly reads them by their offsets. */
struct product {
    const int16_t *a;         /* 0: moves on row by row, as the output does */
    int16_t *output;          /* 4 */
    int32_t depth, rows;      /* 8, 12: rows that are left */
    int32_t columns;          /* 16: of b */
    int32_t some;             /* 20: columns that there are; if not four, the last one counts again */
    const int16_t *column[4]; /* 24 */
    uint32_t factor;          /* 40 */
    int32_t min, max;         /* 44, 48 */
};

static inline int32_t least(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

#if defined(__ARM_FEATURE_MVE) && !defined(TC_NO_ASM)

/* The high half of sum * factor + 2^31: what the sum's high half brings wraps. */
#define LEAVE(LOW, HIGH) "mov r9, #0x80000000\n mul " HIGH ", " HIGH ", r8\n umlal r9, " HIGH ", " LOW ", r8\n"

/*   r0 to r7   sums, low and high halves   r8   row of a   r9 r10 r11 r12   columns   [sp]   run */
TC_CODE
__attribute__((naked, noinline)) static void multiply(__attribute__((unused)) struct product *run)
{
    __asm__(
        "push {r0, r4-r11, lr}\n"
        "1: ldr r10, [sp]\n ldr r8, [r10]\n ldr r7, [r10, #8]\n add r6, r8, r7, lsl #1\n str r6, [r10]\n"
        "ldrd r11, r12, [r10, #32]\n ldrd r9, r10, [r10, #24]\n dlstp.16 lr, r7\n"
        "movs r0, #0\n movs r1, #0\n movs r2, #0\n movs r3, #0\n movs r4, #0\n movs r5, #0\n movs r6, #0\n movs r7, #0\n"
        "2: vldrh.u16 q0, [r8], #16\n vldrh.u16 q1, [r9], #16\n vmlaldava.s16 r0, r1, q0, q1\n"
        "vldrh.u16 q2, [r10], #16\n vmlaldava.s16 r2, r3, q0, q2\n vldrh.u16 q1, [r11], #16\n"
        "vmlaldava.s16 r4, r5, q0, q1\n vldrh.u16 q2, [r12], #16\n vmlaldava.s16 r6, r7, q0, q2\n letp lr, 2b\n"
        "ldr r12, [sp]\n ldr r8, [r12, #40]\n"
        LEAVE("r0", "r1") LEAVE("r2", "r3") LEAVE("r4", "r5") LEAVE("r6", "r7")
        "vmov q0[2], q0[0], r1, r5\n ldrd r8, r9, [r12, #44]\n vmov q0[3], q0[1], r3, r7\n vdup.32 q1, r8\n"
        "ldr r4, [r12, #4]\n vmax.s32 q0, q0, q1\n ldrd r2, r3, [r12, #16]\n vdup.32 q2, r9\n"
        "add r5, r4, r2, lsl #1\n vmin.s32 q0, q0, q2\n str r5, [r12, #4]\n ldr r6, [r12, #12]\n"
        "vctp.32 r3\n vpst\n vstrht.32 q0, [r4]\n subs r6, #1\n str r6, [r12, #12]\n bne 1b\n"
        "pop {r0, r4-r11, pc}\n");
}

#else

TC_MVE_INLINE int32_t leave(int64_t sum, uint32_t factor)
{
    const uint64_t bits = (uint64_t)sum, low = (uint64_t)(uint32_t)bits * factor + 0x80000000u;
    return (int32_t)((uint32_t)(low >> 32) + (uint32_t)(bits >> 32) * factor);
}

TC_CODE
static void multiply(struct product *run)
{
    for (; run->rows > 0; run->rows--, run->a += run->depth, run->output += run->columns) {
        int64_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        for (int32_t i = 0; i < run->depth; i += 8) {
            const mve_pred16_t some = vctp16q((uint32_t)(run->depth - i));
            const int16x8_t x = vld1q_z_s16(run->a + i, some);
            s0 = vmlaldavaq_s16(s0, x, vld1q_z_s16(run->column[0] + i, some));
            s1 = vmlaldavaq_s16(s1, x, vld1q_z_s16(run->column[1] + i, some));
            s2 = vmlaldavaq_s16(s2, x, vld1q_z_s16(run->column[2] + i, some));
            s3 = vmlaldavaq_s16(s3, x, vld1q_z_s16(run->column[3] + i, some));
        }
        const int32_t high[4] = {leave(s0, run->factor), leave(s1, run->factor), leave(s2, run->factor),
                                 leave(s3, run->factor)};
        vstrhq_p_s32(run->output, vminq_s32(vmaxq_s32(vld1q_s32(high), vdupq_n_s32(run->min)), vdupq_n_s32(run->max)),
                     vctp32q((uint32_t)run->some));
    }
}

#endif

/* Copies a column whose elements are at `offsets` from the first of eight. Vectors end with zeros. */
TC_CODE
static void gather(const int16_t *from, uint16x8_t offsets, int32_t step, int32_t count, int16_t *to)
{
    for (; count > 0; count -= 8, from += 8 * step, to += 8) {
        vst1q_s16(to, vldrhq_gather_offset_z_s16(from, offsets, vctp16q((uint32_t)count)));
    }
}

/* Columns from n on. */
TC_CODE
static void find_columns(const struct tc_mve_matmul_s16 *p, const int16_t *b, int32_t n, int16_t *scratch,
                         struct product *run)
{
    const uint16x8_t offsets = vmulq_n_u16(vidupq_n_u16(0, 2), (uint16_t)p->columns);
    for (int i = 0; i < 4; i++) {
        const int32_t at = least(n + i, p->columns - 1);
        run->column[i] = b + at * p->depth;
        if (!p->b_transposed) {
            gather(b + at, offsets, p->columns, p->depth, scratch);
            run->column[i] = scratch;
            scratch += (p->depth + 7) / 8 * 8;
        }
    }
}

void tc_mve_matmul_s16(const struct tc_mve_matmul_s16 *p, const int16_t *a, const int16_t *b, int16_t *output, void *scratch)
{
    struct product run;
    run.depth = p->depth;
    run.columns = p->columns;
    run.factor = (uint32_t)p->factor;
    run.min = p->min;
    run.max = p->max;
    for (int32_t batch = 0; batch < p->batches; batch++, a += p->a_step, b += p->b_step) {
        for (int32_t n = 0; n < p->columns; n += 4) {
            find_columns(p, b, n, scratch, &run);
            run.a = a;
            run.output = output + n;
            run.rows = p->rows;
            run.some = least(p->columns - n, 4);
            multiply(&run);
        }
        output += p->rows * p->columns;
    }
}
