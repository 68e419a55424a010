/* SPDX-License-Identifier: Apache-2.0 */
/* The inner function of convolutions by Winograd's F(2x2, 3x3): 2 tiles x 4 output channels at a time, of one of the 16 values.
 *
 * TC_DSP_TILES(name, turn, turns) defines a function `name` with these literals:
 *   turn   input channels of a turn of the innermost loop, an even number
 *   turns  1: they are all; 0: `span` says */
#ifndef TC_DSP_TILES_H
#define TC_DSP_TILES_H

#include "tc_dsp.h"

/* w: of each two input channels a word of each of four output channels. x: of each two tiles, of each two input channels a word
 * of each tile; `span` bytes of both tiles. to, until `end`: of each tile [4 channels][16 values], of which the first is set. */
typedef void tc_dsp_tiles(const uint32_t *w, const uint32_t *x, int32_t *to, const int32_t *end, int32_t span);

#ifdef TC_NAKED

/* r0 w, r1 x, r2 and r3 words of tile 0 and 1, r4-r7 and r8-r11 sums, r12 and lr weights. Stack: w, to, end, the run's end of
 * x; 9 registers saved; span. */
#define TC_DSP_TILES_MAC(a, x, u) \
    ".if tc_open\n smuad " a ", " x ", " u "\n.else\n smlad " a ", " x ", " u ", " a "\n.endif\n"
#ifdef TC_DUAL_ISSUE
#define TC_DSP_TILES_STEP                                                                                     \
    " ldr r2, [r1, #0]\n ldr r12, [r0, #0]\n ldr r3, [r1, #4]\n ldr lr, [r0, #4]\n add r1, r1, #8\n"          \
    TC_DSP_TILES_MAC("r4", "r2", "r12") TC_DSP_TILES_MAC("r8", "r3", "r12") " ldr r12, [r0, #8]\n"            \
    TC_DSP_TILES_MAC("r5", "r2", "lr") TC_DSP_TILES_MAC("r9", "r3", "lr") " ldr lr, [r0, #12]\n"              \
    TC_DSP_TILES_MAC("r6", "r2", "r12") " add r0, r0, #16\n" TC_DSP_TILES_MAC("r10", "r3", "r12")             \
    TC_DSP_TILES_MAC("r7", "r2", "lr") TC_DSP_TILES_MAC("r11", "r3", "lr")
#else
#define TC_DSP_TILES_STEP                                                                                     \
    " ldrd r2, r3, [r1], #8\n ldrd r12, lr, [r0], #8\n"                                                       \
    TC_DSP_TILES_MAC("r4", "r2", "r12") TC_DSP_TILES_MAC("r8", "r3", "r12")                                   \
    TC_DSP_TILES_MAC("r5", "r2", "lr") TC_DSP_TILES_MAC("r9", "r3", "lr") " ldrd r12, lr, [r0], #8\n"         \
    TC_DSP_TILES_MAC("r6", "r2", "r12") TC_DSP_TILES_MAC("r10", "r3", "r12")                                  \
    TC_DSP_TILES_MAC("r7", "r2", "lr") TC_DSP_TILES_MAC("r11", "r3", "lr")
#endif

#define TC_DSP_TILES(name, turn, turns)                                                                       \
    TC_NAKED void name(TC_UNUSED const uint32_t *w, TC_UNUSED const uint32_t *x, TC_UNUSED int32_t *to,       \
                       TC_UNUSED const int32_t *end, TC_UNUSED int32_t span)                                  \
    {                                                                                                         \
        __asm__ volatile(                                                                                     \
            " push {r4-r11, lr}\n sub sp, sp, #16\n str r0, [sp]\n str r2, [sp, #4]\n str r3, [sp, #8]\n"      \
            "1: ldr r0, [sp]\n"                                                                               \
            ".if " #turns " == 0\n ldr r12, [sp, #52]\n add r12, r1, r12\n str r12, [sp, #12]\n"              \
            " mov r4, #0\n mov r5, r4\n mov r6, r4\n mov r7, r4\n"                                            \
            " mov r8, r4\n mov r9, r4\n mov r10, r4\n mov r11, r4\n.endif\n"                                  \
            "2:\n.set tc_open, " #turns "\n.rept (" #turn ") / 2\n" TC_DSP_TILES_STEP ".set tc_open, 0\n.endr\n" \
            ".if " #turns " == 0\n ldr r12, [sp, #12]\n cmp r1, r12\n bne 2b\n.endif\n"                       \
            " ldrd r2, r3, [sp, #4]\n str r4, [r2]\n str r5, [r2, #64]\n str r6, [r2, #128]\n"                \
            " str r7, [r2, #192]\n str r8, [r2, #256]\n str r9, [r2, #320]\n str r10, [r2, #384]\n"           \
            " str r11, [r2, #448]\n add r2, r2, #512\n str r2, [sp, #4]\n cmp r2, r3\n bne 1b\n"              \
            " add sp, sp, #16\n pop {r4-r11, pc}\n");                                                         \
    }

#else

TC_INLINE void tc_dsp_tiles_in_c(const uint32_t *w, const uint32_t *x, int32_t *to, const int32_t *end, int32_t span,
                                 int turn, int turns)
{
    for (; to != end; to += 128) {
        int32_t a0 = 0, a1 = 0, a2 = 0, a3 = 0, b0 = 0, b1 = 0, b2 = 0, b3 = 0;
        const uint32_t *u = w, *const stop = x + span / 4;
        do {
            TC_UNROLL(8)
            for (int i = 0; i < turn / 2; i++) {
                const uint32_t p = x[2 * i], q = x[2 * i + 1];
                a0 = tc_smlad(p, u[4 * i], a0), b0 = tc_smlad(q, u[4 * i], b0);
                a1 = tc_smlad(p, u[4 * i + 1], a1), b1 = tc_smlad(q, u[4 * i + 1], b1);
                a2 = tc_smlad(p, u[4 * i + 2], a2), b2 = tc_smlad(q, u[4 * i + 2], b2);
                a3 = tc_smlad(p, u[4 * i + 3], a3), b3 = tc_smlad(q, u[4 * i + 3], b3);
            }
            x += turn, u += 2 * turn;
        } while (!turns && x != stop);
        to[0] = a0, to[16] = a1, to[32] = a2, to[48] = a3;
        to[64] = b0, to[80] = b1, to[96] = b2, to[112] = b3;
    }
}

#define TC_DSP_TILES(name, turn, turns)                                                                       \
    void name(const uint32_t *w, const uint32_t *x, int32_t *to, const int32_t *end, int32_t span)            \
    {                                                                                                         \
        tc_dsp_tiles_in_c(w, x, to, end, span, turn, turns);                                                  \
    }

#endif

#endif
