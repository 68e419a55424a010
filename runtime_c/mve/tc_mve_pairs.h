/* SPDX-License-Identifier: Apache-2.0 */
/* Two pixels times four channels, of inputs and weights of any type. Private to tc_mve_dense_*.c. */
#ifndef TC_MVE_PAIRS_H
#define TC_MVE_PAIRS_H

#include "tc_mve.h"
#include "tc_mve_dense.h"

#if defined(__ARM_FEATURE_MVE) && !defined(TC_NO_ASM)

/* Defines the function NAME. VMLADAV sums the products of a vector into a core register, of which it takes the eight
 * even ones. All else lies in the odd ones and on the stack:
 *   r0 r2 r4 r6, r8 r10 r12 lr   sums of the first and of the second pixel
 *   r1, r3   the inputs of both     r5   packed
 *   r7       is the end of a row not the end of a short set?
 *   r9       where the first row goes on     r11   the next row: inputs of both pixels, and where to go on
 *   q0, q1   inputs   q2-q5 weights   q6, q7 bounds
 *   sp: scale or zero point, shift, outputs of both pixels, end of packed (5 words, loaded at once),
 *       20 run, 24 pixels left, 28 output of this pair, 32 inputs of both pixels, 40 further rows (3 words each)
 * TURN(ADD), a chunk, takes BYTES, in instructions of 4 each: rows of fewer than 12 chunks jump into the middle of the chain. The
 * first chunk starts the sums. The first vector of a set's weights is loaded by FIRST, that of the next chunk, or what
 * comes behind the last one, by the chunk before.
 * Behind the sums: SUMS makes them what the products are; LEAVE brings those of q0 and q1 out to r4 and r6 by the short
 * requantisation, scale and shift in r0 and r2, and r5 behind the set. GENERAL does what the other one asks for before
 * it: q2 is the bias, and r5 leads to what is behind it. STORED is its last step. */
#define TC_MVE_PAIRS(NAME, FIRST, TURN, BYTES, SUMS, LEAVE, GENERAL, STORED)                                        \
    __attribute__((naked, noinline, aligned(4))) void NAME(__attribute__((unused)) const struct tc_mve_dense *run)  \
    {                                                                                                               \
        __asm__(                                                                                                    \
            "push {r4-r11, lr}\n vpush {d8-d15}\n"                                                                  \
            "ldrd r1, r2, [r0, #60]\n vdup.32 q6, r1\n vdup.32 q7, r2\n"                                            \
            "ldr r7, [r0, #36]\n add r1, r7, r7, lsl #1\n adds r1, #13\n sub sp, sp, r1, lsl #2\n"                  \
            /* Where rows go on: so many chunks before the end of the chain. */                                     \
            "adr.w r4, 8f\n movs r2, #" BYTES "\n ldrd r5, r6, [r0, #28]\n"                                         \
            "subs r5, #1\n mls r9, r5, r2, r4\n orr r9, r9, #1\n mls r10, r6, r2, r4\n orr r10, r10, #1\n"          \
            /* The rows of the first two pixels. */                                                                 \
            "ldr r1, [r0]\n ldr r2, [r0, #20]\n add r3, r1, r2\n strd r1, r3, [sp, #32]\n"                          \
            "add r11, sp, #40\n ldrd r5, r8, [r0, #40]\n mov r12, r7\n b 2f\n"                                      \
            "1: add r1, r5\n add r3, r5\n stm r11!, {r1, r3, r10}\n mov r5, r8\n"                                   \
            "2: subs r12, #1\n bge 1b\n"                                                                            \
            "ldrd r6, r2, [r0, #48]\n adr.w r10, 6f\n cbnz r6, 3f\n"                                                \
            "adr.w r10, 5f\n ldr r6, [r0, #56]\n movs r7, #1\n"                                                     \
            "3: orr r10, r10, #1\n str r10, [r11, #8]\n add r11, sp, #40\n"                                         \
            "strd r6, r2, [sp]\n ldr r1, [r0, #4]\n ldr r2, [r0, #24]\n add r2, r1\n strd r1, r2, [sp, #8]\n"       \
            "ldr r3, [r0, #12]\n strd r3, r0, [sp, #16]\n ldr r4, [r0, #16]\n strd r4, r1, [sp, #24]\n"             \
            "ldr r5, [r0, #8]\n");                                                                                  \
        __asm__("1: " FIRST "ldrd r1, r3, [sp, #32]\n" TURN("") "bx r9\n"); /* a set */                             \
        __asm__(TURN("a") TURN("a") TURN("a") TURN("a"));                                                           \
        __asm__(TURN("a") TURN("a") TURN("a") TURN("a"));                                                           \
        __asm__(TURN("a") TURN("a") TURN("a") TURN("a"));                                                           \
        __asm__("8: cbnz r7, 9f\n"                                                                                  \
                "7: " SUMS TC_MVE_GATHERED LEAVE "strd r4, r6, [sp, #8]\n cmp r5, r8\n bne 1b\n b 3f\n"             \
                "9: ldm r11!, {r1, r3, pc}\n"                                                                       \
                "6: add r11, sp, #40\n b 7b\n"                                                                      \
                "5: " SUMS TC_MVE_GATHERED GENERAL TC_MVE_TWICE_ROUNDED STORED                                      \
                "strd r4, r6, [sp, #8]\n add r11, sp, #40\n cmp r5, r8\n bne 1b\n");                                \
        __asm__( /* the next two pixels: the last one of an odd number is made with the one before */               \
            "3: ldrd r10, r0, [sp, #20]\n subs r0, #2\n ble 4f\n str r0, [sp, #24]\n"                               \
            "ldrd r2, r3, [r10, #20]\n mov r4, r3\n cmp r0, #1\n itt ne\n lslne r2, r2, #1\n lslne r4, r4, #1\n"    \
            "ldr r6, [sp, #28]\n add r6, r4\n str r6, [sp, #28]\n add r8, r6, r3\n strd r6, r8, [sp, #8]\n"         \
            "ldr r5, [r10, #8]\n ldr r4, [r10, #36]\n"                                                              \
            "ldrd r6, r8, [sp, #32]\n add r6, r2\n add r8, r2\n strd r6, r8, [sp, #32]\n b 2f\n"                    \
            "9: ldrd r6, r8, [r11]\n add r6, r2\n add r8, r2\n strd r6, r8, [r11], #12\n"                           \
            "2: subs r4, #1\n bge 9b\n add r11, sp, #40\n b 1b\n"                                                   \
            "4: ldr r0, [r10, #36]\n add r0, r0, r0, lsl #1\n adds r0, #13\n add sp, sp, r0, lsl #2\n"              \
            "vpop {d8-d15}\n pop {r4-r11, pc}\n");                                                                  \
    }

#define TC_MVE_GATHERED                                                                                             \
    "vmov q0[2], q0[0], r0, r4\n vmov q0[3], q0[1], r2, r6\n"                                                       \
    "vmov q1[2], q1[0], r8, r12\n vmov q1[3], q1[1], r10, lr\n"                                                     \
    "ldm sp, {r0, r2, r4, r6, r8}\n"

/* The general requantisation. One less where the product is negative and is to be shifted: halves go away from 0. */
#define TC_MVE_TWICE_ROUNDED                                                                                        \
    "vadd.i32 q0, q0, q2\n vldrw.32 q4, [r5], #16\n vadd.i32 q1, q1, q2\n"                                          \
    "vldrw.32 q5, [r5], #16\n vmov.i32 q2, #0\n vmax.s32 q3, q2, q5\n vmin.s32 q5, q2, q5\n"                        \
    "vshl.s32 q0, q0, q3\n vshl.s32 q1, q1, q3\n vqrdmulh.s32 q0, q0, q4\n vqrdmulh.s32 q1, q1, q4\n"               \
    "vand q2, q0, q5\n vand q3, q1, q5\n vshr.s32 q2, q2, #31\n vshr.s32 q3, q3, #31\n"                             \
    "vqadd.s32 q0, q0, q2\n vqadd.s32 q1, q1, q3\n vrshl.s32 q0, q0, q5\n vrshl.s32 q1, q1, q5\n"                   \
    "vadd.i32 q0, q0, r0\n vadd.i32 q1, q1, r0\n vmax.s32 q0, q0, q6\n vmax.s32 q1, q1, q6\n"                       \
    "vmin.s32 q0, q0, q7\n vmin.s32 q1, q1, q7\n"

#else

/* The sums of four channels over `chunks` chunks of one pixel; weights move on. */
typedef void tc_mve_row(int32_t *sums, const int8_t *x, const int8_t **weights, int32_t chunks);
/* Sums -> outputs by the short requantisation, whose words move on. */
typedef int32x4_t tc_mve_short(const struct tc_mve_dense *run, int32x4_t sums, const int32_t **words);
typedef void tc_mve_store(int8_t *output, int32x4_t outputs);

TC_MVE_INLINE int32x4_t tc_mve_leave_general(const struct tc_mve_dense *run, int32x4_t v, const int32_t **k)
{
    const int32_t *const words = *k;
    *k += 12;
    const int32x4_t none = vdupq_n_s32(0), shift = vld1q_s32(words + 8), right = vminq_s32(shift, none);
    v = vshlq_s32(vaddq_s32(v, vld1q_s32(words)), vmaxq_s32(shift, none));
    v = vqrdmulhq_s32(v, vld1q_s32(words + 4));
    /* One less where the product is negative and is to be shifted: halves go away from 0. */
    v = vrshlq_s32(vqaddq_s32(v, vshrq_n_s32(vandq_s32(v, right), 31)), right);
    v = vaddq_s32(v, vdupq_n_s32(run->zero_point));
    return vminq_s32(vmaxq_s32(v, vdupq_n_s32(run->min)), vdupq_n_s32(run->max));
}

/* All pixels; `bytes` are those of four outputs. */
TC_MVE_INLINE void tc_mve_pairs(const struct tc_mve_dense *run, tc_mve_row *row, tc_mve_short *leave, tc_mve_store *store,
                                int32_t bytes)
{
    for (int32_t pixel = 0; pixel < run->pixels; pixel++) {
        int8_t *output = run->output + pixel * run->step;
        for (const int32_t *k = run->packed; k != run->end; output += bytes) {
            const int8_t *x = run->input + pixel * run->apart, *weights = (const int8_t *)k;
            int32_t sums[4] = {0, 0, 0, 0};
            row(sums, x, &weights, run->first);
            for (int32_t i = 0, to = run->down; i < run->rows; i++, to = run->next) {
                x += to;
                row(sums, x, &weights, run->rest);
            }
            k += (weights - (const int8_t *)k) / 4;
            const int32x4_t v = vld1q_s32(sums);
            store(output, run->scale ? leave(run, v, &k) : tc_mve_leave_general(run, v, &k));
        }
    }
}

#endif

#endif
