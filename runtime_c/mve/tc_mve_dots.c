/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_dots.h"
#include "tc_mve.h"

#if defined(__ARM_FEATURE_MVE) && !defined(TC_NO_ASM)

/* Four rows at a time; where fewer are left, the last one again.
 *   r0 r2 r4 r6   sums   r3   x   r1 r5 r7 r8   rows   r9   all of x   r10   the next rows   r11   rows left   r12   count */
__attribute__((naked, noinline)) void tc_mve_dots(__attribute__((unused)) const int8_t *x,
                                                  __attribute__((unused)) const int8_t *w,
                                                  __attribute__((unused)) int32_t count,
                                                  __attribute__((unused)) int32_t rows,
                                                  __attribute__((unused)) int32_t *sums)
{
    __asm__(
        "push {r4-r11, lr}\n mov r9, r0\n mov r10, r1\n mov r12, r2\n mov r11, r3\n"
        "1: mov r1, r10\n mov r5, r10\n cmp r11, #2\n it ge\n addge r5, r1, r12\n mov r7, r5\n it gt\n"
        "addgt r7, r5, r12\n mov r8, r7\n cmp r11, #4\n it ge\n addge r8, r7, r12\n add r10, r8, r12\n"
        "mov r3, r9\n movs r0, #0\n movs r2, #0\n movs r4, #0\n movs r6, #0\n wlstp.8 lr, r12, 3f\n"
        "2: vldrb.8 q0, [r3], #16\n vldrb.8 q1, [r1], #16\n vmladava.s8 r0, q0, q1\n vldrb.8 q2, [r5], #16\n"
        "vmladava.s8 r2, q0, q2\n vldrb.8 q1, [r7], #16\n vmladava.s8 r4, q0, q1\n vldrb.8 q2, [r8], #16\n"
        "vmladava.s8 r6, q0, q2\n letp lr, 2b\n"
        "3: ldr r1, [sp, #36]\n strd r0, r2, [r1]\n strd r4, r6, [r1, #8]\n adds r1, #16\n str r1, [sp, #36]\n"
        "subs r11, #4\n bgt 1b\n pop {r4-r11, pc}\n");
}

#else

void tc_mve_dots(const int8_t *x, const int8_t *w, int32_t count, int32_t rows, int32_t *sums)
{
    for (; rows > 0; rows--, w += count, sums++) {
        *sums = 0;
        for (int32_t i = 0; i < count; i += 16) {
            const mve_pred16_t some = vctp8q((uint32_t)(count - i));
            *sums = vmladavaq_s8(*sums, vld1q_z_s8(x + i, some), vld1q_z_s8(w + i, some));
        }
    }
}

#endif
