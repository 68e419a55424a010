/* SPDX-License-Identifier: Apache-2.0 */
/* Rows times groups of eight outputs, of weights of any type; fully connected layers of int8 are made so, or by
 * tc_mve_dense.h. Private to them. */
#ifndef TC_MVE_GROUPS_H
#define TC_MVE_GROUPS_H

#include <string.h>

#include "tc_copy.h"
#include "tc_mve.h"

/* A row. Every field has 4 bytes: assembly reads them by their offsets. */
struct tc_mve_groups {
    const int8_t *input;          /* 0: whole chunks */
    int8_t *output;               /* 4 */
    const int32_t *packed, *end;  /* 8, 12 */
    int32_t chunks;               /* 16 */
    int32_t scale, shift;         /* 20, 24: as in tc_mve_dense.h */
    int32_t zero_point, min, max; /* 28, 32, 36 */
    const int32_t *alike;         /* 40: m, or m and shift, eight of each, of all groups; NULL: each has its own */
};

/* Of the requantisation, behind the weights of a group. */
static inline int32_t tc_mve_words(const struct tc_mve_groups *run)
{
    return run->alike ? 8 : run->scale ? 16 : 24;
}

#if defined(__ARM_FEATURE_MVE) && !defined(TC_NO_ASM)

/* Four of the sums, in Q; their words lie AT, m at r8, shift 32 bytes behind. */
#define TC_MVE_GENERAL(Q, AT)                                                                                       \
    "vldrw.32 q2, [r3, #" AT "]\n vadd.i32 " Q ", " Q ", q2\n vldrw.32 q5, [r8, #" AT " + 32]\n"                    \
    "vmov.i32 q2, #0\n vmax.s32 q3, q2, q5\n vldrw.32 q4, [r8, #" AT "]\n vmin.s32 q5, q2, q5\n"                    \
    "vshl.s32 " Q ", " Q ", q3\n vqrdmulh.s32 " Q ", " Q ", q4\n"                                                   \
    "vand q2, " Q ", q5\n vshr.s32 q2, q2, #31\n vqadd.s32 " Q ", " Q ", q2\n"                                      \
    "vrshl.s32 " Q ", " Q ", q5\n vadd.i32 " Q ", " Q ", r0\n vmax.s32 " Q ", " Q ", q6\n"                          \
    "vmin.s32 " Q ", " Q ", q7\n vstrb.32 " Q ", [r6], #4\n"

/* Defines the function NAME. As in tc_mve_pairs.h, eight sums in the even core registers, of eight outputs here:
 *   r1 input   r3 packed   r5 end of packed   r7 passes through the chain that are left   r9 where it is entered first
 *   q0 inputs   q1-q5 weights   q6, q7 bounds of the general requantisation
 *   sp: scale or zero point, shift, passes, input; 16 scale again, 20 output; 24 alike, and bytes of a group's words
 * ONE_CHUNK(ADD), a chunk, takes BYTES, in instructions of 4 each. HALF is half of the chain, which has 2^LOG chunks. SUMS makes
 * the sums all alike, GENERAL, of q0 and q1, what the general requantisation asks for.
 * Aligned as adr counts, in words: with -Os functions are not. */
#define TC_MVE_GROUPS(NAME, ONE_CHUNK, BYTES, HALF, LOG, SUMS, GENERAL)                                             \
    TC_CODE                                                                                                         \
    __attribute__((naked, noinline, aligned(4))) static void NAME(__attribute__((unused)) const struct tc_mve_groups *run) \
    {                                                                                                               \
        __asm__(                                                                                                    \
            "push {r4-r11, lr}\n vpush {d8-d15}\n sub sp, #32\n"                                                    \
            "ldrd r1, r2, [r0, #32]\n vdup.32 q6, r1\n vdup.32 q7, r2\n"                                            \
            /* All chunks but one are passes, after as many as are over. */                                         \
            "ldr r1, [r0, #16]\n subs r1, #1\n and r2, r1, #(1 << " LOG ") - 1\n lsrs r1, r1, #" LOG "\n"            \
            "adr.w r4, 2f\n movs r3, #" BYTES "\n mls r9, r2, r3, r4\n orr r9, r9, #1\n"                            \
            "ldrd r2, r4, [r0, #20]\n str r2, [sp, #16]\n cbnz r2, 1f\n ldr r2, [r0, #28]\n"                        \
            "1: strd r2, r4, [sp]\n ldr r2, [r0]\n strd r1, r2, [sp, #8]\n"                                         \
            "ldr r1, [r0, #40]\n ldr r2, [r0, #20]\n cmp r2, #0\n ite eq\n moveq r2, #96\n movne r2, #64\n"         \
            "cmp r1, #0\n it ne\n movne r2, #32\n strd r1, r2, [sp, #24]\n"                                         \
            "ldrd r3, r5, [r0, #8]\n ldr r1, [r0, #4]\n str r1, [sp, #20]\n"                                        \
            "1: ldrd r7, r1, [sp, #8]\n" ONE_CHUNK("") "bx r9\n"                                                    \
            "9:\n");                                                                                                \
        __asm__(HALF);                                                                                              \
        __asm__(HALF);                                                                                              \
        __asm__(                                                                                                    \
            "2: subs r7, #1\n bpl 9b\n" SUMS                                                                        \
            "vmov q0[2], q0[0], r0, r4\n vmov q0[3], q0[1], r2, r6\n"                                               \
            "vmov q1[2], q1[0], r8, r12\n vmov q1[3], q1[1], r10, lr\n"                                             \
            "ldrd r0, r2, [sp]\n ldrd r8, r10, [sp, #24]\n ldrd r4, r6, [sp, #16]\n"                                \
            "cmp r8, #0\n it eq\n addeq r8, r3, #32\n cbz r4, 3f\n"                                                 \
            "vldrw.32 q2, [r3]\n vmla.s32 q2, q0, r0\n vldrw.32 q3, [r3, #16]\n vmla.s32 q3, q1, r0\n"              \
            "vldrw.32 q4, [r8]\n vqdmulh.s32 q2, q2, q4\n vldrw.32 q5, [r8, #16]\n vqdmulh.s32 q3, q3, q5\n"        \
            "vqshl.s32 q2, r2\n vqshl.s32 q3, r2\n vshr.s32 q2, q2, #24\n vstrb.32 q2, [r6], #4\n"                  \
            "vshr.s32 q3, q3, #24\n vstrb.32 q3, [r6], #4\n"                                                        \
            "str r6, [sp, #20]\n add r3, r10\n cmp r3, r5\n bne 1b\n b 4f\n"                                        \
            "3: " GENERAL TC_MVE_GENERAL("q0", "0") TC_MVE_GENERAL("q1", "16")                                      \
            "str r6, [sp, #20]\n add r3, r10\n cmp r3, r5\n bne 1b\n"                                               \
            "4: add sp, #32\n vpop {d8-d15}\n pop {r4-r11, pc}\n");                                                 \
    }

#else

/* The sums of a chunk; weights move on. */
typedef void tc_mve_chunk(int32_t *sums, int8x16_t inputs, const int32_t **weights);

TC_MVE_INLINE int32x4_t tc_mve_leave_group(const struct tc_mve_groups *run, int32x4_t v, const int32_t *k,
                                           const int32_t *m, int32_t scale)
{
    if (scale) {
        v = vqdmulhq_s32(vmlaq_n_s32(vld1q_s32(k), v, scale), vld1q_s32(m));
        return vshrq_n_s32(vqshlq_r_s32(v, run->shift), 24);
    }
    const int32x4_t none = vdupq_n_s32(0), shift = vld1q_s32(m + 8), right = vminq_s32(shift, none);
    v = vshlq_s32(vaddq_s32(v, vld1q_s32(k)), vmaxq_s32(shift, none));
    v = vqrdmulhq_s32(v, vld1q_s32(m));
    /* One less where the product is negative and is to be shifted: halves go away from 0. */
    v = vrshlq_s32(vqaddq_s32(v, vshrq_n_s32(vandq_s32(v, right), 31)), right);
    v = vaddq_s32(v, vdupq_n_s32(run->zero_point));
    return vminq_s32(vmaxq_s32(v, vdupq_n_s32(run->min)), vdupq_n_s32(run->max));
}

/* All groups; run's scale is that of sums that come `times` as large. */
TC_MVE_INLINE void tc_mve_make_groups(const struct tc_mve_groups *run, tc_mve_chunk *chunk, int32_t times)
{
    int8_t *output = run->output;
    const int32_t scale = times * run->scale;
    for (const int32_t *k = run->packed; k != run->end; k += tc_mve_words(run)) {
        int32_t sums[8] = {0};
        for (int32_t i = 0; i < run->chunks; i++) {
            chunk(sums, vld1q_s8(run->input + 16 * i), &k);
        }
        const int32_t *const m = run->alike ? run->alike : k + 8;
        vstrbq_s32(output, tc_mve_leave_group(run, vld1q_s32(sums), k, m, scale));
        vstrbq_s32(output + 4, tc_mve_leave_group(run, vld1q_s32(sums + 4), k + 4, m + 4, scale));
        output += 8;
    }
}

#endif

typedef void tc_mve_make(const struct tc_mve_groups *run);

/* One row; of fewer than eight outputs the rest is thrown away, else the last group may be the last eight, of `group` words. */
TC_MVE_INLINE void tc_mve_row_of(struct tc_mve_groups *run, tc_mve_make *make, int32_t output_n, int32_t group)
{
    int8_t few[8], *const output = run->output;
    if (output_n < 8) {
        run->end = run->packed + group;
        run->output = few;
        make(run);
        memcpy(output, few, (size_t)output_n);
        return;
    }
    run->end = run->packed + output_n / 8 * group;
    make(run);
    if (output_n % 8) {
        run->packed = run->end;
        run->end += group;
        run->output += output_n - 8;
        make(run);
    }
}

/* A layer of parameters P of TC_MVE_FULLY_CONNECTED_FIELDS by groups, which MAKE makes; WORDS a chunk, sums come TIMES as large. */
#define TC_MVE_BY_GROUPS(P, INPUT, OUTPUT, SCRATCH, MAKE, WORDS, TIMES)                            \
    for (int32_t i_ = 0; i_ < (P)->rows; i_++) {                                                   \
        struct tc_mve_groups run_;                                                                 \
        run_.chunks = (P)->first + (P)->more * (P)->rest;                                          \
        run_.scale = (P)->scale / (TIMES);                                                         \
        run_.shift = (P)->shift;                                                                   \
        run_.zero_point = (P)->output_zero_point;                                                  \
        run_.min = (P)->min;                                                                       \
        run_.max = (P)->max;                                                                       \
        run_.input = (INPUT) + i_ * (P)->input_n;                                                  \
        run_.output = (OUTPUT) + i_ * (P)->output_n;                                               \
        if ((P)->input_n % 16) {                                                                   \
            tc_copy(SCRATCH, run_.input, (P)->input_n);                                            \
            run_.input = SCRATCH;                                                                  \
        }                                                                                          \
        run_.alike = (P)->alike ? (P)->packed : NULL;                                              \
        run_.packed = (P)->packed + (!(P)->alike ? 0 : (P)->scale ? 8 : 16);                       \
        tc_mve_row_of(&run_, MAKE, (P)->output_n, (WORDS) * run_.chunks + tc_mve_words(&run_));    \
    }

/* The same of sets of four, by tc_mve_dense.h; OF says how they are made. */
#define TC_MVE_BY_SETS(P, INPUT, OUTPUT, SCRATCH, OF)                                              \
    do {                                                                                           \
        struct tc_mve_dense run_;                                                                  \
        run_.input = INPUT;                                                                        \
        run_.output = OUTPUT;                                                                      \
        run_.packed = (P)->packed;                                                                 \
        run_.pixels = (P)->rows;                                                                   \
        run_.apart = (P)->input_n;                                                                 \
        run_.step = (P)->output_n;                                                                 \
        run_.first = (P)->first;                                                                   \
        run_.rest = (P)->rest;                                                                     \
        run_.rows = (P)->more;                                                                     \
        run_.down = 16 * (P)->first;                                                               \
        run_.next = 16 * (P)->rest;                                                                \
        run_.scale = (P)->scale;                                                                   \
        run_.shift = (P)->shift;                                                                   \
        run_.zero_point = (P)->output_zero_point;                                                  \
        run_.min = (P)->min;                                                                       \
        run_.max = (P)->max;                                                                       \
        run_.channels = (P)->output_n;                                                             \
        OF(&run_);                                                                                 \
        tc_mve_dense_within(&run_, (P)->input_n, (P)->rows * (P)->input_n, SCRATCH);               \
    } while (0)

#endif
