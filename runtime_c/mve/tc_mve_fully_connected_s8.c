/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tc_copy.h"
#include "tc_mve.h"
#include "tc_mve_dense_s8.h"
#include "tc_mve_fully_connected_s8.h"

/* A row times groups of eight outputs. Every field has 4 bytes: assembly reads them by their offsets. */
struct groups {
    const int8_t *input;          /* 0: whole chunks */
    int8_t *output;               /* 4 */
    const int32_t *packed, *end;  /* 8, 12 */
    int32_t chunks;               /* 16 */
    int32_t scale, shift;         /* 20, 24: as in tc_mve_dense.h */
    int32_t zero_point, min, max; /* 28, 32, 36 */
    const int32_t *alike;         /* 40: m, or m and shift, eight of each, of all groups; NULL: each has its own */
};

/* Of the requantisation, behind the weights of a group. */
static inline int32_t words(const struct groups *run)
{
    return run->alike ? 8 : run->scale ? 16 : 24;
}

#if defined(__ARM_FEATURE_MVE) && !defined(TC_NO_ASM)

/* As in tc_mve_dense.c, eight sums in the even core registers, of eight outputs here:
 *   r1 input   r3 packed   r5 end of packed   r7 passes through the chain that are left   r9 where it is entered first
 *   q0 inputs   q1, q2 weights   q6, q7 bounds of the general requantisation
 *   sp: scale or zero point, shift, passes, input; 16 scale again, 20 output; 24 alike, and bytes of a group's words
 * A chunk takes 17 instructions, all of 4 bytes. */
#define CHUNK "68"
#define TC_MVE_GROUP(ADD)                                                                                           \
    "vldrb.8 q0, [r1], #16\n vldrb.8 q1, [r3], #16\n vmladav" ADD ".s8 r0, q0, q1\n vldrb.8 q2, [r3], #16\n"        \
    "vmladav" ADD ".s8 r2, q0, q2\n vldrb.8 q1, [r3], #16\n vmladav" ADD ".s8 r4, q0, q1\n"                         \
    "vldrb.8 q2, [r3], #16\n vmladav" ADD ".s8 r6, q0, q2\n vldrb.8 q1, [r3], #16\n"                                \
    "vmladav" ADD ".s8 r8, q0, q1\n vldrb.8 q2, [r3], #16\n vmladav" ADD ".s8 r10, q0, q2\n"                        \
    "vldrb.8 q1, [r3], #16\n vmladav" ADD ".s8 r12, q0, q1\n vldrb.8 q2, [r3], #16\n"                               \
    "vmladav" ADD ".s8 lr, q0, q2\n"
#define TC_MVE_4_GROUPS TC_MVE_GROUP("a") TC_MVE_GROUP("a") TC_MVE_GROUP("a") TC_MVE_GROUP("a")
/* Four of the sums, in Q; their words lie AT, m at r8, shift 32 bytes behind. */
#define TC_MVE_GENERAL(Q, AT)                                                                                       \
    "vldrw.32 q2, [r3, #" AT "]\n vadd.i32 " Q ", " Q ", q2\n vldrw.32 q5, [r8, #" AT " + 32]\n"               \
    "vmov.i32 q2, #0\n vmax.s32 q3, q2, q5\n vldrw.32 q4, [r8, #" AT "]\n vmin.s32 q5, q2, q5\n"            \
    "vshl.s32 " Q ", " Q ", q3\n vqrdmulh.s32 " Q ", " Q ", q4\n"                                                 \
    "vand q2, " Q ", q5\n vshr.s32 q2, q2, #31\n vqadd.s32 " Q ", " Q ", q2\n"                                    \
    "vrshl.s32 " Q ", " Q ", q5\n vadd.i32 " Q ", " Q ", r0\n vmax.s32 " Q ", " Q ", q6\n"                          \
    "vmin.s32 " Q ", " Q ", q7\n vstrb.32 " Q ", [r6], #4\n"

/* Aligned as adr counts, in words: with -Os functions are not. */
TC_CODE
__attribute__((naked, noinline, aligned(4))) static void make(__attribute__((unused)) const struct groups *run)
{
    __asm__(
        "push {r4-r11, lr}\n vpush {d8-d15}\n sub sp, #32\n"
        "ldrd r1, r2, [r0, #32]\n vdup.32 q6, r1\n vdup.32 q7, r2\n"
        /* All chunks but one are passes of eight, after as many as are over. */
        "ldr r1, [r0, #16]\n subs r1, #1\n and r2, r1, #7\n lsrs r1, r1, #3\n"
        "adr.w r4, 2f\n movs r3, #" CHUNK "\n mls r9, r2, r3, r4\n orr r9, r9, #1\n"
        "ldrd r2, r4, [r0, #20]\n str r2, [sp, #16]\n cbnz r2, 1f\n ldr r2, [r0, #28]\n"
        "1: strd r2, r4, [sp]\n ldr r2, [r0]\n strd r1, r2, [sp, #8]\n"
        "ldr r1, [r0, #40]\n ldr r2, [r0, #20]\n cmp r2, #0\n ite eq\n moveq r2, #96\n movne r2, #64\n"
        "cmp r1, #0\n it ne\n movne r2, #32\n strd r1, r2, [sp, #24]\n"
        "ldrd r3, r5, [r0, #8]\n ldr r1, [r0, #4]\n str r1, [sp, #20]\n"
        "1: ldrd r7, r1, [sp, #8]\n" TC_MVE_GROUP("") "bx r9\n"
        "9:\n");
    __asm__(TC_MVE_4_GROUPS);
    __asm__(TC_MVE_4_GROUPS);
    __asm__(
        "2: subs r7, #1\n bpl 9b\n"
        "vmov q0[2], q0[0], r0, r4\n vmov q0[3], q0[1], r2, r6\n"
        "vmov q1[2], q1[0], r8, r12\n vmov q1[3], q1[1], r10, lr\n"
        "ldrd r0, r2, [sp]\n ldrd r8, r10, [sp, #24]\n ldrd r4, r6, [sp, #16]\n"
        "cmp r8, #0\n it eq\n addeq r8, r3, #32\n cbz r4, 3f\n"
        "vldrw.32 q2, [r3]\n vmla.s32 q2, q0, r0\n vldrw.32 q3, [r3, #16]\n vmla.s32 q3, q1, r0\n"
        "vldrw.32 q4, [r8]\n vqdmulh.s32 q2, q2, q4\n vldrw.32 q5, [r8, #16]\n vqdmulh.s32 q3, q3, q5\n"
        "vqshl.s32 q2, r2\n vqshl.s32 q3, r2\n vshr.s32 q2, q2, #24\n vstrb.32 q2, [r6], #4\n"
        "vshr.s32 q3, q3, #24\n vstrb.32 q3, [r6], #4\n"
        "str r6, [sp, #20]\n add r3, r10\n cmp r3, r5\n bne 1b\n b 4f\n"
        "3: " TC_MVE_GENERAL("q0", "0") TC_MVE_GENERAL("q1", "16")
        "str r6, [sp, #20]\n add r3, r10\n cmp r3, r5\n bne 1b\n"
        "4: add sp, #32\n vpop {d8-d15}\n pop {r4-r11, pc}\n");
}

#else

TC_CODE
static int32x4_t leave(const struct groups *run, int32x4_t v, const int32_t *k, const int32_t *m)
{
    if (run->scale) {
        v = vqdmulhq_s32(vmlaq_n_s32(vld1q_s32(k), v, run->scale), vld1q_s32(m));
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

TC_CODE
static void make(const struct groups *run)
{
    int8_t *output = run->output;
    for (const int32_t *k = run->packed; k != run->end; k += words(run)) {
        int32_t sums[8] = {0};
        for (int32_t chunk = 0; chunk < run->chunks; chunk++) {
            const int8x16_t inputs = vld1q_s8(run->input + 16 * chunk);
            for (int i = 0; i < 8; i++, k += 4) {
                sums[i] = vmladavaq_s8(sums[i], inputs, vld1q_s8((const int8_t *)k));
            }
        }
        const int32_t *const m = run->alike ? run->alike : k + 8;
        vstrbq_s32(output, leave(run, vld1q_s32(sums), k, m));
        vstrbq_s32(output + 4, leave(run, vld1q_s32(sums + 4), k + 4, m + 4));
        output += 8;
    }
}

#endif

/* One row; of fewer than eight outputs the rest is thrown away, else the last group may be the last eight. */
TC_CODE
static void row(const struct tc_mve_fully_connected_s8 *p, const int8_t *input, int8_t *output, int8_t *scratch)
{
    int8_t few[8];
    struct groups run = {0};
    run.chunks = p->first + p->more * p->rest;
    run.scale = p->scale;
    run.shift = p->shift;
    run.zero_point = p->output_zero_point;
    run.min = p->min;
    run.max = p->max;
    run.input = input;
    if (p->input_n % 16) {
        tc_copy(scratch, input, p->input_n);
        run.input = scratch;
    }
    run.packed = p->packed;
    if (p->alike) {
        run.alike = p->packed;
        run.packed += p->scale ? 8 : 16;
    }
    const int32_t group = 32 * run.chunks + words(&run);
    if (p->output_n < 8) {
        run.end = run.packed + group;
        run.output = few;
        make(&run);
        memcpy(output, few, (size_t)p->output_n);
        return;
    }
    run.end = run.packed + p->output_n / 8 * group;
    run.output = output;
    make(&run);
    if (p->output_n % 8) {
        run.packed = run.end;
        run.end += group;
        run.output += p->output_n - 8;
        make(&run);
    }
}

void tc_mve_fully_connected_s8(const struct tc_mve_fully_connected_s8 *p, const int8_t *input, int8_t *output,
                               void *scratch)
{
    if (p->together == 8) {
        for (int32_t i = 0; i < p->rows; i++) {
            row(p, input + i * p->input_n, output + i * p->output_n, scratch);
        }
        return;
    }
    struct tc_mve_dense run = {0};
    run.input = input;
    run.output = output;
    run.packed = p->packed;
    run.pixels = p->rows;
    run.apart = p->input_n;
    run.step = p->output_n;
    run.first = p->first;
    run.rest = p->rest;
    run.rows = p->more;
    run.down = 16 * p->first;
    run.next = 16 * p->rest;
    run.scale = p->scale;
    run.shift = p->shift;
    run.zero_point = p->output_zero_point;
    run.min = p->min;
    run.max = p->max;
    run.channels = p->output_n;
    tc_mve_dense_of_s8(&run);
    tc_mve_dense_within(&run, p->input_n, p->rows * p->input_n, scratch);
}
