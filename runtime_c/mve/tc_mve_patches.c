/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_patches.h"
#include "tc_mve_channel.h"

#if defined(__ARM_FEATURE_MVE) && !defined(TC_NO_ASM)

/*   r0 r2 r4 r6   sums        r1 words   r3 output   r5 step of inputs, or none   r7 step of outputs
 *   r8 lines left * 256 + left shift, negative in a line's last turn   r9 offset   r10 m   r11 right shift
 *   r12 run   lr turns left
 *   q0 inputs, then outputs   q1 q2 q3 q5 weights   q4 where inputs are   q7 places of outputs   q6 scale, or free */
#define TC_MVE_GATHER(Q) "vldrw.u32 " Q ", [q4]\n vadd.i32 q4, q4, r5\n"
#define TC_MVE_GATHER_64(Q) "vldrw.u32 " Q ", [q4, #64]!\n"
#define TC_MVE_GATHER_128(Q) "vldrw.u32 " Q ", [q4, #128]!\n"
#define TC_MVE_ONE(GATHER)                                                                                          \
    GATHER("q0") "vmladav.s8 r0, q0, q1\n vmladav.s8 r2, q0, q2\n vmladav.s8 r4, q0, q3\n vmladav.s8 r6, q0, q5\n"
#define TC_MVE_FOUR(GATHER)                                                                                         \
    GATHER("q0") "vmladav.s8 r0, q0, q1\n" GATHER("q2") "vmladav.s8 r2, q2, q1\n"                                   \
    GATHER("q0") "vmladav.s8 r4, q0, q1\n" GATHER("q2") "vmladav.s8 r6, q2, q1\n"
#define TC_MVE_SUMS "vmov q0[2], q0[0], r0, r4\n vmov q0[3], q0[1], r2, r6\n"
#define TC_MVE_SHORT                                                                                                \
    TC_MVE_SUMS "vmlas.s32 q0, q6, r9\n vqdmulh.s32 q0, q0, r10\n vqshl.s32 q0, r11\n vshr.s32 q0, q0, #24\n"
/* One less where the product is negative and is to be shifted: halves go away from 0. */
#define TC_MVE_GENERAL                                                                                              \
    TC_MVE_SUMS                                                                                                     \
    "vshl.s32 q0, r8\n vadd.i32 q0, q0, r9\n vqrdmulh.s32 q0, q0, r10\n"                                           \
    "vdup.32 q6, r11\n vand q6, q0, q6\n vshr.s32 q6, q6, #31\n"                                                    \
    "vqadd.s32 q0, q0, q6\n vrshl.s32 q0, r11\n ldr r0, [r12, #60]\n vadd.i32 q0, q0, r0\n"                        \
    "vqshl.s32 q0, q0, #24\n vshr.s32 q0, q0, #24\n"

/* The next channel's weights, then its words. */
#define TC_MVE_SQUARE                                                                                               \
    "1: ldr r0, [r12]\n vldrb.8 q1, [r0], #16\n vldrb.8 q2, [r0, #-20]\n str r0, [r12]\n"                           \
    "vshl.i32 q3, q1, #8\n vshl.i32 q5, q2, #8\n"
#define TC_MVE_ROW                                                                                                  \
    "1: ldr r0, [r12]\n vldrb.8 q1, [r0], #16\n vldrb.8 q2, [r0, #-17]\n vldrb.8 q3, [r0, #-18]\n"                  \
    "vldrb.8 q5, [r0, #-19]\n str r0, [r12]\n"
#define TC_MVE_LINE "1: ldr r0, [r12]\n vldrb.8 q1, [r0], #16\n str r0, [r12]\n"
#define TC_MVE_SHORT_WORDS "ldrd r9, r10, [r1], #8\n ldr r8, [r12, #56]\n"
#define TC_MVE_GENERAL_WORDS                                                                                        \
    "ldrd r9, r10, [r1], #8\n ldr r11, [r1], #4\n ldr r8, [r12, #56]\n movs r0, #0\n cmp r11, #0\n"                \
    "itt gt\n movgt r0, r11\n movgt r11, #0\n lsl r9, r9, r0\n add r8, r0\n"

/* A line's last turn: once more from a bit before, or one of fewer outputs. */
#define TC_MVE_AGAIN                                                                                                \
    "ldr r0, [r12, #24]\n cbz r0, 4f\n eors r8, r8, #0x80000000\n bpl 4f\n"                                        \
    "ldrd r2, r4, [r12, #36]\n vadd.i32 q4, q4, r2\n add r3, r4\n dls lr, r0\n b 3b\n"
#define TC_MVE_FEWER(OUTPUTS)                                                                                       \
    "ldr r0, [r12, #24]\n cmp r0, #0\n beq 4f\n vctp.32 r0\n" OUTPUTS "vpst\n vstrbt.32 q0, [r3, q7]\n"

#define TC_MVE_TURNS(OUTPUTS, LAST)                                                                                 \
    "2: ldr r0, [r12, #20]\n dls lr, r0\n"                                                                          \
    "3: " OUTPUTS "vstrb.32 q0, [r3, q7]\n add r3, r7\n le lr, 3b\n" LAST                                            \
    "4: ldrd r0, r2, [r12, #104]\n vadd.i32 q4, q4, r0\n add r3, r2\n subs r8, #256\n cmp r8, #256\n bge 2b\n"     \
    "ldrd r0, r2, [r12, #112]\n vadd.i32 q4, q4, r0\n add r3, r2\n"                                                 \
    "ldr r0, [r12, #16]\n subs r0, #1\n str r0, [r12, #16]\n bne 1b\n b 9f\n"

TC_CODE
__attribute__((naked, noinline)) static void make(__attribute__((unused)) struct tc_mve_patches *run)
{
    __asm__(
        "push {r4-r11, lr}\n vpush {d8-d15}\n mov r12, r0\n"
        "ldrd r0, r3, [r12, #8]\n add r1, r12, #72\n vldrw.32 q4, [r1]\n vldrw.32 q7, [r1, #16]\n vadd.i32 q4, q4, r0\n"
        "ldrd r5, r7, [r12, #28]\n ldrd r4, r0, [r12, #44]\n ldr r11, [r12, #52]\n vdup.32 q6, r0\n ldr r1, [r12, #4]\n"
        "cmp r0, #0\n beq.w 7f\n cmp r4, #0\n beq.w 5f\n bmi.w 6f\n");
    __asm__(TC_MVE_SQUARE TC_MVE_SHORT_WORDS TC_MVE_TURNS(TC_MVE_ONE(TC_MVE_GATHER_128) TC_MVE_SHORT, TC_MVE_AGAIN));
    __asm__("5: " TC_MVE_ROW TC_MVE_SHORT_WORDS TC_MVE_TURNS(
        TC_MVE_ONE(TC_MVE_GATHER_64) TC_MVE_SHORT, TC_MVE_FEWER(TC_MVE_ONE(TC_MVE_GATHER_64) TC_MVE_SHORT)));
    __asm__("6: " TC_MVE_LINE TC_MVE_SHORT_WORDS TC_MVE_TURNS(TC_MVE_FOUR(TC_MVE_GATHER) TC_MVE_SHORT, TC_MVE_AGAIN));
    __asm__("7: cmp r4, #0\n beq.w 5f\n bmi.w 6f\n" TC_MVE_SQUARE TC_MVE_GENERAL_WORDS TC_MVE_TURNS(
        TC_MVE_ONE(TC_MVE_GATHER_128) TC_MVE_GENERAL, TC_MVE_AGAIN));
    __asm__("5: " TC_MVE_ROW TC_MVE_GENERAL_WORDS TC_MVE_TURNS(
        TC_MVE_ONE(TC_MVE_GATHER_64) TC_MVE_GENERAL, TC_MVE_FEWER(TC_MVE_ONE(TC_MVE_GATHER_64) TC_MVE_GENERAL)));
    __asm__("6: " TC_MVE_LINE TC_MVE_GENERAL_WORDS TC_MVE_TURNS(TC_MVE_FOUR(TC_MVE_GATHER) TC_MVE_GENERAL, TC_MVE_AGAIN));
    __asm__("9: vpop {d8-d15}\n pop {r4-r11, pc}\n");
}

void tc_mve_patches(struct tc_mve_patches *run)
{
    const int32_t step = run->input_step, turn = run->square < 0 ? 4 * step : step, again = run->square && run->rest;
    run->next_line = run->input_line - run->fours * turn - (again ? turn + run->input_back : run->rest ? turn : 0);
    run->next_output_line = run->output_line - run->fours * run->output_step;
    run->next_output_line -= again ? run->output_step + run->output_back : 0;
    run->next = 4 - run->lines * run->input_line;
    run->next_output = 1 - run->lines * run->output_line;
    run->lines *= 256;
    run->input -= run->square < 0 ? 0 : step; /* a gather adds it first */
    make(run);
}

#else

TC_MVE_INLINE void turn(const struct tc_mve_patches *run, struct tc_mve_channel k, const int8x16_t *w, const int8_t *x,
                        int8_t *output, int32_t outputs)
{
    const struct tc_mve_leaving leaving = {run->scale, run->shift, run->zero_point};
    int32_t sums[4];
    for (int i = 0; i < 4; i++) {
        const int8_t *from = run->square < 0 ? x + i * run->input_step : x;
        sums[i] = vmladavq_s8(tc_mve_gather(from, vld1q_u32(run->columns)), w[run->square < 0 ? 0 : i]);
    }
    const int32x4_t v = vld1q_s32(sums);
    vstrbq_scatter_offset_p_s32(output, vld1q_u32(run->places), tc_mve_leave(&leaving, k, v, run->scale != 0),
                                vctp32q((uint32_t)outputs));
}

void tc_mve_patches(struct tc_mve_patches *run)
{
    const struct tc_mve_leaving leaving = {run->scale, run->shift, run->zero_point};
    const int32_t step = run->input_step * (run->square < 0 ? 4 : 1);
    for (; run->channels > 0; run->channels--, run->weights += 16, run->input += 4, run->output++) {
        const struct tc_mve_channel k = tc_mve_next_channel(&leaving, &run->words, run->scale != 0);
        int8x16_t w[4];
        for (int i = 0; i < 4; i++) {
            w[i] = vld1q_s8(run->weights - (run->square > 0 ? i % 2 * 4 : i));
            if (run->square > 0 && i >= 2) {
                w[i] = vreinterpretq_s8_u32(vshlq_n_u32(vreinterpretq_u32_s8(w[i]), 8));
            }
        }
        for (int32_t line = 0; line < run->lines; line++) {
            const int8_t *x = run->input + line * run->input_line;
            int8_t *output = run->output + line * run->output_line;
            for (int32_t i = 0; i < run->fours; i++, x += step, output += run->output_step) {
                turn(run, k, w, x, output, 4);
            }
            if (run->rest) {
                turn(run, k, w, x + run->input_back, output + run->output_back, run->square ? 4 : run->rest);
            }
        }
    }
}

#endif

void tc_mve_clamp(int8_t *values, int32_t count, int32_t low, int32_t high)
{
    if (low == INT8_MIN && high == INT8_MAX) {
        return;
    }
    const int8x16_t least = vdupq_n_s8((int8_t)low), most = vdupq_n_s8((int8_t)high);
    for (; count > 0; count -= 16, values += 16) {
        const mve_pred16_t some = vctp8q((uint32_t)count);
        vst1q_p_s8(values, vminq_s8(vmaxq_s8(vld1q_z_s8(values, some), least), most), some);
    }
}
