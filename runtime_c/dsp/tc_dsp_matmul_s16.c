/* SPDX-License-Identifier: Apache-2.0 */
/* Four columns at a time: of b, elements k and k + 1 of each go to scratch as a word, four side by side; of a row of a they are a
 * word as they lie. SMLALD adds both products in 64 bits. */
#include "tc_dsp_matmul_s16.h"
#include "tc_dsp.h"
#include "tc_requantize.h"

/* Four columns from `b` on; an odd depth goes with 0. */
TC_APART static void pack(const struct tc_dsp_matmul_s16 *p, const int16_t *b, uint32_t *to)
{
    const int32_t step = p->columns;
    for (int32_t left = p->depth; left > 0; left -= 2, b += 2 * step, to += 4) {
        const uint32_t a01 = tc_load32(b), a23 = tc_load32(b + 2);
        const uint32_t b01 = left > 1 ? tc_load32(b + step) : 0, b23 = left > 1 ? tc_load32(b + step + 2) : 0;
        to[0] = tc_pkhbt(a01, b01);
        to[1] = tc_pkhtb(a01, b01);
        to[2] = tc_pkhbt(a23, b23);
        to[3] = tc_pkhtb(a23, b23);
    }
}

/* The same of b that is transposed: its columns are rows. */
TC_APART static void pack_rows(const struct tc_dsp_matmul_s16 *p, const int16_t *b, uint32_t *to)
{
    for (int i = 0; i < 4; i++, b += p->depth) {
        int32_t k = 0;
        for (; k + 1 < p->depth; k += 2) {
            to[2 * k + i] = tc_load32(b + k);
        }
        if (k < p->depth) {
            to[2 * k + i] = (uint16_t)b[k];
        }
    }
}

/* The sums of a row with four columns, pairs of which are w to end, an even number of words on. */
#ifdef TC_NAKED
/* r0 row, r1 w, r2 of the row, r3 and r12 of columns, r4-r11 sums, lr end. */
TC_CODE TC_NAKED static void four(TC_UNUSED const int16_t *row, TC_UNUSED const uint32_t *w, TC_UNUSED const uint32_t *end,
                                  TC_UNUSED int64_t *sums)
{
    __asm__ volatile(
        " push {r3-r11, lr}\n sub r1, r1, #8\n sub lr, r2, #8\n"
        " mov r4, #0\n mov r5, #0\n mov r6, #0\n mov r7, #0\n mov r8, #0\n mov r9, #0\n mov r10, #0\n mov r11, #0\n"
        " cmp r1, lr\n beq 2f\n"
        "1: ldr r3, [r1, #8]\n ldr r12, [r1, #12]\n ldr r2, [r0], #4\n"
        " smlald r4, r5, r2, r3\n smlald r6, r7, r2, r12\n ldrd r3, r12, [r1, #16]!\n"
        " smlald r8, r9, r2, r3\n smlald r10, r11, r2, r12\n cmp r1, lr\n bne 1b\n"
        "2: pop {r3}\n stm r3, {r4-r11}\n pop {r4-r11, pc}\n");
}
#else
TC_CODE
static void four(const int16_t *row, const uint32_t *w, const uint32_t *end, int64_t *sums)
{
    int64_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    for (; w != end; w += 4, row += 2) {
        const uint32_t two = tc_load32(row);
        s0 = tc_smlald(two, w[0], s0), s1 = tc_smlald(two, w[1], s1);
        s2 = tc_smlald(two, w[2], s2), s3 = tc_smlald(two, w[3], s3);
    }
    sums[0] = s0, sums[1] = s1, sums[2] = s2, sums[3] = s3;
}
#endif

/* (sum * factor + 2^31) / 2^32, of which 32 bits count: the rest may wrap. */
TC_INLINE int32_t high(int64_t sum, uint32_t factor)
{
    const uint64_t bits = (uint64_t)sum, low = (uint64_t)(uint32_t)bits * factor + 0x80000000u;
    return (int32_t)((uint32_t)(low >> 32) + (uint32_t)(bits >> 32) * factor);
}

/* Four columns of the output. */
TC_APART static void multiply(const struct tc_dsp_matmul_s16 *p, const int16_t *row, const uint32_t *w, int16_t *output)
{
    const uint32_t *const end = w + 4 * (p->depth / 2);
    const uint32_t factor = (uint32_t)p->factor;
    const int32_t low = p->min, most = p->max;
    for (int32_t i = p->rows; i > 0; i--, row += p->depth, output += p->columns) {
        int64_t sums[4];
        four(row, w, end, sums);
        if (p->depth & 1) {
            for (int n = 0; n < 4; n++) {
                sums[n] = tc_smlald((uint16_t)row[p->depth - 1], end[n], sums[n]);
            }
        }
        for (int n = 0; n < 4; n++) {
            output[n] = (int16_t)tc_clamp(high(sums[n], factor), low, most);
        }
    }
}

void tc_dsp_matmul_s16(const struct tc_dsp_matmul_s16 *p, const int16_t *a, const int16_t *b, int16_t *output, void *scratch)
{
    for (int32_t batch = 0; batch < p->batches; batch++, a += p->a_step, b += p->b_step, output += p->rows * p->columns) {
        for (int32_t n = 0, next = 4; next > 0; n += next) {
            if (p->b_transposed) {
                pack_rows(p, b + n * p->depth, scratch);
            } else {
                pack(p, b + n, scratch);
            }
            multiply(p, a, scratch, output + n);
            next = tc_least(4, p->columns - 4 - n); /* where fewer are left, they go with others once more */
        }
    }
}
