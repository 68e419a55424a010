/* SPDX-License-Identifier: Apache-2.0 */
/* The inner function of convolutions of int16 by int8: 2 pixels x 4 output channels at a time.
 *
 * Two neighbouring values of a pixel are a word of halves as they lie in memory; weights are unpacked to such pairs once, for
 * all pixels of the call or of a band of rows. So a word of a pixel costs its load, and SMLAD is two products.
 *
 * TC_DSP_RUN_S16(name, turn, turns, rows, apart, relu, narrow) defines a function `name` with these literals:
 *   turn   pairs of values of a turn of the innermost loop
 *   turns  1: a run of neighbouring values is one turn; 0: `span` says
 *   rows   1: a window is one run; 0: as many as `weights` say, from the end of one to the next `hop` bytes
 *   apart  bytes from a pixel to the next of the input, at most 4095
 *   relu   1: results are at least 0
 *   narrow 1: sums leave as those with an int32 bias */
#ifndef TC_DSP_RUN_S16_H
#define TC_DSP_RUN_S16_H

#include "tc_dsp_leave_s16.h"
#include "tc_dsp_run.h"

/* A tc_dsp_run whose values are int16. w: of four output channels the biases; of each pair of values a word of each channel;
 * the words by which each leaves. */
#ifdef TC_NAKED

/* r0 w, r1 x, r2 and r3 words of pixel 0 and 1, r4-r7 and r8-r11 sums of pixel 0 and 1, r12 and lr weights. Stack: y, end,
 * the run's end of x, the window's end of w, w, x; 9 registers saved; span, y_apart, weights, hop. */
#define TC_DSP_MAC(a, x, u, from) TC_DSP_PRODUCT("smlad", a, x, u, from)
#ifdef TC_DUAL_ISSUE
#define TC_DSP_FETCH_S16(apart) " ldr r3, [r1, #" apart "]\n ldr r12, [r0, #8]\n ldr r2, [r1], #4\n ldr lr, [r0, #12]\n"
#define TC_DSP_PAIR_S16(apart)                                                                          \
    TC_DSP_MAC("r8", "r3", "r12", "r4") TC_DSP_MAC("r4", "r2", "r12", "r4") " ldr r12, [r0, #16]\n"     \
    TC_DSP_MAC("r9", "r3", "lr", "r5") TC_DSP_MAC("r5", "r2", "lr", "r5") " ldr lr, [r0, #20]\n"        \
    " add r0, r0, #16\n"                                                                                \
    TC_DSP_MAC("r10", "r3", "r12", "r6") TC_DSP_MAC("r6", "r2", "r12", "r6")                            \
    ".if tc_more\n ldr r12, [r0, #8]\n.endif\n" TC_DSP_MAC("r11", "r3", "lr", "r7")                     \
    ".if tc_more\n ldr r3, [r1, #" apart "]\n.endif\n" TC_DSP_MAC("r7", "r2", "lr", "r7")               \
    ".if tc_more\n ldr r2, [r1], #4\n ldr lr, [r0, #12]\n.endif\n"
#else
#define TC_DSP_FETCH_S16(apart) ""
#define TC_DSP_PAIR_S16(apart)                                                                          \
    " ldr r12, [r0, #8]\n ldr lr, [r0, #12]\n ldr r3, [r1, #" apart "]\n ldr r2, [r1], #4\n"            \
    TC_DSP_MAC("r8", "r3", "r12", "r4") TC_DSP_MAC("r4", "r2", "r12", "r4")                             \
    TC_DSP_MAC("r9", "r3", "lr", "r5") TC_DSP_MAC("r5", "r2", "lr", "r5") " ldrd r12, lr, [r0, #16]!\n" \
    TC_DSP_MAC("r10", "r3", "r12", "r6") TC_DSP_MAC("r6", "r2", "r12", "r6")                            \
    TC_DSP_MAC("r11", "r3", "lr", "r7") TC_DSP_MAC("r7", "r2", "lr", "r7")
#endif

#define TC_DSP_LEAVE_PIXELS_S16(a, b, i) TC_DSP_FACTORS_S16(i) TC_DSP_LEAVE_S16(a) TC_DSP_LEAVE_S16(b)

#define TC_DSP_RUN_S16(name, turn, turns, rows, apart, relu, narrow)                                                   \
    TC_NAKED void name(TC_UNUSED const uint32_t *w, TC_UNUSED const int8_t *x, TC_UNUSED int8_t *y,                     \
                       TC_UNUSED const int8_t *end, TC_UNUSED int32_t span, TC_UNUSED int32_t y_apart,                  \
                       TC_UNUSED int32_t weights, TC_UNUSED int32_t hop)                                               \
    {                                                                                                                  \
        __asm__ volatile(                                                                                              \
            ".set tc_relu, " #relu "\n.set tc_narrow, " #narrow "\n.set tc_single, " #turns " && " #rows "\n"          \
            " push {r4-r11, lr}\n sub sp, sp, #24\n strd r2, r3, [sp]\n strd r0, r1, [sp, #16]\n"                     \
            ".if " #rows " == 0\n ldr r12, [sp, #68]\n add r12, r0, r12\n add r12, r12, #8\n str r12, [sp, #12]\n.endif\n" \
            "1: ldm r0, {r4-r7}\n add r0, r0, #8\n"                                                                    \
            ".if tc_single == 0\n mov r8, r4\n mov r9, r5\n mov r10, r6\n mov r11, r7\n.endif\n"                      \
            "2:\n"                                                                                                     \
            ".if " #turns " == 0\n ldr r12, [sp, #60]\n add r12, r1, r12\n str r12, [sp, #8]\n.endif\n"               \
            "3:\n" TC_DSP_FETCH_S16(#apart)                                                                            \
            ".set tc_open, tc_single\n.set tc_more, " #turn " - 1\n.rept " #turn "\n"                                 \
            TC_DSP_PAIR_S16(#apart) ".set tc_open, 0\n.set tc_more, tc_more - 1\n.endr\n"                             \
            ".if " #turns " == 0\n ldr r12, [sp, #8]\n cmp r1, r12\n bne 3b\n.endif\n"                                \
            ".if " #rows " == 0\n ldr r12, [sp, #72]\n add r1, r1, r12\n ldr r12, [sp, #12]\n cmp r0, r12\n bne 2b\n.endif\n" \
            " ldr r2, [sp]\n"                                                                                          \
            TC_DSP_LEAVE_PIXELS_S16("r4", "r8", 0) TC_DSP_LEAVE_PIXELS_S16("r5", "r9", 1)                              \
            TC_DSP_LEAVE_PIXELS_S16("r6", "r10", 2) TC_DSP_LEAVE_PIXELS_S16("r7", "r11", 3)                            \
            " ldr r1, [sp, #64]\n add r3, r2, r1\n"                                                                    \
            " strh r4, [r2]\n strh r5, [r2, #2]\n strh r6, [r2, #4]\n strh r7, [r2, #6]\n"                            \
            " strh r8, [r3]\n strh r9, [r3, #2]\n strh r10, [r3, #4]\n strh r11, [r3, #6]\n"                          \
            " add r2, r3, r1\n"                                                                                       \
            " str r2, [sp]\n ldr r3, [sp, #4]\n ldrd r0, r1, [sp, #16]\n"                                              \
            ".if " #apart " < 2048\n add r1, r1, #2 * " #apart "\n"                                                    \
            ".else\n add r1, r1, #" #apart "\n add r1, r1, #" #apart "\n.endif\n"                                     \
            " str r1, [sp, #20]\n cmp r2, r3\n bne 1b\n"                                                               \
            " add sp, sp, #24\n pop {r4-r11, pc}\n");                                                                  \
    }

#else

TC_INLINE struct tc_dsp_sums tc_dsp_pair(struct tc_dsp_sums s, const uint32_t *w, uint32_t p, uint32_t q)
{
    s.a0 = tc_smlad(p, w[0], s.a0), s.b0 = tc_smlad(q, w[0], s.b0);
    s.a1 = tc_smlad(p, w[1], s.a1), s.b1 = tc_smlad(q, w[1], s.b1);
    s.a2 = tc_smlad(p, w[2], s.a2), s.b2 = tc_smlad(q, w[2], s.b2);
    s.a3 = tc_smlad(p, w[3], s.a3), s.b3 = tc_smlad(q, w[3], s.b3);
    return s;
}

TC_INLINE void tc_dsp_store_s16(int8_t *y, int i, int32_t sum, const uint32_t *k, int relu, int narrow)
{
    const int16_t value = (int16_t)tc_dsp_leave_s16(sum, k + i * TC_DSP_FACTORS(narrow), relu, narrow);
    memcpy(y + 2 * i, &value, sizeof value);
}

TC_INLINE void tc_dsp_run_s16_in_c(const uint32_t *w, const int8_t *x, int8_t *y, const int8_t *end, int32_t span,
                                   int32_t y_apart, int32_t weights, int32_t hop, int turn, int turns, int rows, int apart,
                                   int relu, int narrow)
{
    for (; y != end; x += 2 * apart) {
        struct tc_dsp_sums s = {(int32_t)w[0], (int32_t)w[1], (int32_t)w[2], (int32_t)w[3],
                                (int32_t)w[0], (int32_t)w[1], (int32_t)w[2], (int32_t)w[3]};
        const uint32_t *u = w + 4, *last = u + weights / 4;
        const int8_t *v = x;
        do {
            const int8_t *stop = v + span;
            do {
                TC_UNROLL(8)
                for (int i = 0; i < turn; i++) {
                    s = tc_dsp_pair(s, u + 4 * i, tc_load32(v + 4 * i), tc_load32(v + 4 * i + apart));
                }
                u += 4 * turn, v += 4 * turn;
            } while (!turns && v != stop);
            v += rows ? 0 : hop;
        } while (!rows && u != last);
        int8_t *z = y + y_apart;
        tc_dsp_store_s16(y, 0, s.a0, u, relu, narrow), tc_dsp_store_s16(z, 0, s.b0, u, relu, narrow);
        tc_dsp_store_s16(y, 1, s.a1, u, relu, narrow), tc_dsp_store_s16(z, 1, s.b1, u, relu, narrow);
        tc_dsp_store_s16(y, 2, s.a2, u, relu, narrow), tc_dsp_store_s16(z, 2, s.b2, u, relu, narrow);
        tc_dsp_store_s16(y, 3, s.a3, u, relu, narrow), tc_dsp_store_s16(z, 3, s.b3, u, relu, narrow);
        y = z + y_apart;
    }
}

#define TC_DSP_RUN_S16(name, turn, turns, rows, apart, relu, narrow)                                             \
    void name(const uint32_t *w, const int8_t *x, int8_t *y, const int8_t *end, int32_t span, int32_t y_apart,   \
              int32_t weights, int32_t hop)                                                                      \
    {                                                                                                            \
        tc_dsp_run_s16_in_c(w, x, y, end, span, y_apart, weights, hop, turn, turns, rows, apart, relu, narrow);  \
    }

#endif

#endif
