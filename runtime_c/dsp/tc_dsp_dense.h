/* SPDX-License-Identifier: Apache-2.0 */
/* The inner function of fully connected layers for cores with the DSP extension: 8 outputs at a time.
 *
 * Every weight is used once, so it is the weights that stay as they are. A word has four of one output as two halves,
 * w0 + 256 w1 and w2 + 256 w3. One SMLAD takes it as it stands times (x1, x3); SXTB16 leaves (w0, w2), which a second one
 * takes times (256 x0 + 127 - x1, 256 x2 + 127 - x3): together 256 times the sum of products, for w0 x1 - w0 x1 goes, and
 * 127 (w0 + w2), which is a constant of each output, in its bias. 127 keeps halves of the input within 16 bits.
 *
 * TC_DSP_DENSE(name, steps, shift, leave, alike) defines a function `name` with these literals:
 *   steps  words of an output that a turn of the innermost loop takes
 *   shift, leave  as in TC_DSP_RUN
 *   alike  1: m, c and d are the same for all outputs */
#ifndef TC_DSP_DENSE_H
#define TC_DSP_DENSE_H

#include "tc_dsp_run.h"

/* w: of eight outputs the biases; of each four inputs a word of each output; (m, c) of each; `d` of each unless RELU; then
 * of the next eight. Where these are alike, m, c and `d` come once, before all. x to stop: of each four inputs (x1, x3) and (256 x0 + 127 - x1, 256 x2 + 127 - x3). y to end: outputs. */
typedef void tc_dsp_dense(const uint32_t *w, const uint32_t *x, int8_t *y, const int8_t *end, const uint32_t *stop);

#ifdef TC_NAKED

/* r0 w, r1 x, r2 and r3 inputs, r4-r11 sums, r12 and lr weights. Stack: m, c, d, y, end, x; 9 registers saved; stop.
 * tc_at: bytes from r1 to the next inputs. */
#ifdef TC_DUAL_ISSUE
#define TC_DSP_DENSE_TWO(a, b, next)                                                                    \
    " smlad " a ", r12, r2, " a "\n sxtb16 r12, r12\n smlad " b ", lr, r2, " b "\n sxtb16 lr, lr\n"     \
    " smlad " a ", r12, r3, " a "\n" next " smlad " b ", lr, r3, " b "\n"
#define TC_DSP_DENSE_STEP                                                                               \
    " ldr r2, [r1, #tc_at]\n ldr r12, [r0, #8]\n ldr r3, [r1, #tc_at + 4]\n ldr lr, [r0, #12]\n"         \
    TC_DSP_DENSE_TWO("r4", "r5", " ldr r12, [r0, #16]\n") " ldr lr, [r0, #20]\n"                        \
    TC_DSP_DENSE_TWO("r6", "r7", " ldr r12, [r0, #24]\n") " ldr lr, [r0, #28]\n"                        \
    TC_DSP_DENSE_TWO("r8", "r9", " ldr r12, [r0, #32]\n") " ldr lr, [r0, #36]\n add r0, r0, #32\n"      \
    TC_DSP_DENSE_TWO("r10", "r11", "") ".set tc_at, tc_at + 8\n"
#else
#define TC_DSP_DENSE_TWO(a, b)                                                                          \
    " smlad " a ", r12, r2, " a "\n smlad " b ", lr, r2, " b "\n sxtb16 r12, r12\n sxtb16 lr, lr\n"     \
    " smlad " a ", r12, r3, " a "\n smlad " b ", lr, r3, " b "\n"
#define TC_DSP_DENSE_STEP                                                                               \
    " ldr r2, [r1, #tc_at]\n ldr r3, [r1, #tc_at + 4]\n ldr r12, [r0, #8]\n ldr lr, [r0, #12]\n"        \
    TC_DSP_DENSE_TWO("r4", "r5") " ldrd r12, lr, [r0, #16]\n" TC_DSP_DENSE_TWO("r6", "r7")              \
    " ldrd r12, lr, [r0, #24]\n" TC_DSP_DENSE_TWO("r8", "r9")                                           \
    " ldrd r12, lr, [r0, #32]!\n.set tc_at, tc_at + 8\n" TC_DSP_DENSE_TWO("r10", "r11")
#endif

/* Result i; r12: where to, and alike or from r0, r1 m, r2 c, r3 d. */
#define TC_DSP_DENSE_LEAVE(a, i, shift)                                                                 \
    ".if tc_alike == 0\n ldr r1, [r0, #8 + 8 * " #i "]\n ldr r2, [r0, #12 + 8 * " #i "]\n"              \
    ".if tc_signed\n ldr r3, [r0, #72 + 4 * " #i "]\n.endif\n.endif\n"                                  \
    ".if tc_signed\n and lr, r3, " a ", asr #31\n sub lr, r2, lr\n smmla " a ", " a ", r1, lr\n"        \
    ".else\n smmla " a ", " a ", r1, r2\n.endif\n"                                                      \
    " ssat " a ", #8, " a ", asr #" shift "\n strb " a ", [r12, #" #i "]\n"

#define TC_DSP_DENSE(name, steps, shift, leave, alike)                                                             \
    TC_NAKED void name(TC_UNUSED const uint32_t *w, TC_UNUSED const uint32_t *x, TC_UNUSED int8_t *y,              \
                       TC_UNUSED const int8_t *end, TC_UNUSED const uint32_t *stop)                                \
    {                                                                                                              \
        __asm__ volatile(                                                                                          \
            ".set tc_signed, " #leave " == 0\n.set tc_alike, " #alike "\n push {r4-r11, lr}\n"                      \
            ".if tc_alike\n ldm r0!, {r4-r6}\n.endif\n mov r7, r2\n mov r8, r3\n mov r9, r1\n push {r4-r9}\n"       \
            "1: ldm r0, {r4-r11}\n ldr r1, [sp, #20]\n add r0, r0, #24\n"                                          \
            "2:\n.set tc_at, 0\n.rept " #steps "\n" TC_DSP_DENSE_STEP ".endr\n"                                    \
            " adds r1, r1, #tc_at\n ldr r12, [sp, #60]\n cmp r1, r12\n bne 2b\n"                                   \
            ".if " #leave " == 2\n ldr r12, [sp, #12]\n stm r12!, {r4-r11}\n.else\n"                               \
            " ldm sp, {r1, r2, r3, r12}\n"                                                                         \
            TC_DSP_DENSE_LEAVE("r4", 0, #shift) TC_DSP_DENSE_LEAVE("r5", 1, #shift)                                \
            TC_DSP_DENSE_LEAVE("r6", 2, #shift) TC_DSP_DENSE_LEAVE("r7", 3, #shift)                                \
            TC_DSP_DENSE_LEAVE("r8", 4, #shift) TC_DSP_DENSE_LEAVE("r9", 5, #shift)                                \
            TC_DSP_DENSE_LEAVE("r10", 6, #shift) TC_DSP_DENSE_LEAVE("r11", 7, #shift)                              \
            " add r12, r12, #8\n.endif\n"                                                                          \
            " adds r0, r0, #8\n.if tc_alike == 0\n adds r0, r0, #64\n.if tc_signed\n adds r0, r0, #32\n.endif\n.endif\n" \
            " ldr r3, [sp, #16]\n str r12, [sp, #12]\n cmp r12, r3\n bne 1b\n add sp, sp, #24\n pop {r4-r11, pc}\n"); \
    }

#else

TC_INLINE void tc_dsp_dense_in_c(const uint32_t *w, const uint32_t *x, int8_t *y, const int8_t *end,
                                 const uint32_t *stop, int steps, int shift, int leave, int alike)
{
    const uint32_t *const of_all = w;
    w += alike ? 3 : 0;
    while (y != end) {
        int32_t a0 = (int32_t)w[0], a1 = (int32_t)w[1], a2 = (int32_t)w[2], a3 = (int32_t)w[3];
        int32_t a4 = (int32_t)w[4], a5 = (int32_t)w[5], a6 = (int32_t)w[6], a7 = (int32_t)w[7];
        const uint32_t *v = x;
        w += 8;
        do {
            TC_UNROLL(4)
            for (int i = 0; i < steps; i++, w += 8, v += 2) {
                const uint32_t o = v[0], e = v[1];
                a0 = tc_smlad(tc_sxtb16(w[0]), e, tc_smlad(w[0], o, a0));
                a1 = tc_smlad(tc_sxtb16(w[1]), e, tc_smlad(w[1], o, a1));
                a2 = tc_smlad(tc_sxtb16(w[2]), e, tc_smlad(w[2], o, a2));
                a3 = tc_smlad(tc_sxtb16(w[3]), e, tc_smlad(w[3], o, a3));
                a4 = tc_smlad(tc_sxtb16(w[4]), e, tc_smlad(w[4], o, a4));
                a5 = tc_smlad(tc_sxtb16(w[5]), e, tc_smlad(w[5], o, a5));
                a6 = tc_smlad(tc_sxtb16(w[6]), e, tc_smlad(w[6], o, a6));
                a7 = tc_smlad(tc_sxtb16(w[7]), e, tc_smlad(w[7], o, a7));
            }
        } while (v != stop);
        const int32_t sums[8] = {a0, a1, a2, a3, a4, a5, a6, a7};
        if (leave == TC_DSP_SUMS) {
            memcpy(y, sums, sizeof sums);
            y += sizeof sums;
        } else {
            for (int i = 0; i < 8; i++, y++) {
                const uint32_t *const k = alike ? of_all : w + 2 * i;
                const int32_t d = leave == TC_DSP_RELU ? 0 : (int32_t)(alike ? of_all[2] : w[16 + i]);
                *y = (int8_t)tc_ssat(tc_smmla(sums[i], (int32_t)k[0], (int32_t)k[1] - (sums[i] >> 31 & d)) >> shift, 8);
            }
        }
        w += alike ? 0 : leave == TC_DSP_RELU ? 16 : 24;
    }
}

#define TC_DSP_DENSE(name, steps, shift, leave, alike)                                                       \
    void name(const uint32_t *w, const uint32_t *x, int8_t *y, const int8_t *end, const uint32_t *stop)      \
    {                                                                                                        \
        tc_dsp_dense_in_c(w, x, y, end, stop, steps, shift, leave, alike);                                   \
    }

#endif

#endif
