/* SPDX-License-Identifier: Apache-2.0 */
/* The inner function of convolutions for cores with the DSP extension: 2 pixels x 4 output channels at a time.
 *
 * Four values x0..x3 of a pixel are a word. Its even bytes made unsigned, u = x + 128, its halves are 256 x1 + u0 and
 * 256 x3 + u2. Four weights are a word of the halves 256 w2 - w3 and w1 - 256 w0, whose even bytes are -w3 and w1. SMLSDX
 * multiplies halves crosswise and subtracts one product: one takes the word of the pixel as it stands and (-w3, w1), a second one
 * the word of the weights and (u0, u2). Together they add 256 times the sum of products, for u0 w1 - u0 w1 and
 * u2 w3 - u2 w3 go. So a word costs one instruction to unpack, in place, and 2 pixels x 4 channels fit the 14 registers there
 * are. The 128s are a constant of each channel, in its bias.
 *
 * TC_DSP_RUN(name, turn, turns, rows, apart, shift, leave, flip) defines a function `name` with these literals:
 *   turn   values of a turn of the innermost loop, a multiple of 4
 *   turns  1: a run of neighbouring values is one turn; 0: `span` says
 *   rows   1: a window is one run; 0: as many as `weights` say, from the end of one to the next `hop` bytes
 *   apart  bytes from a pixel to the next of the input, at most 4000; 0: words of both take turns, and the next two
 *          pixels follow (then a window is one run)
 *   shift  the final shift, 1 to 31
 *   leave  TC_DSP_SIGNED; TC_DSP_RELU: results below the zero point do not count
 *   flip   1: the even bytes of the input are signed still
 */
#ifndef TC_DSP_RUN_H
#define TC_DSP_RUN_H

#include "tc_dsp.h"
#include "tc_requantize.h"

#define TC_DSP_SIGNED 0
#define TC_DSP_RELU 1
#define TC_DSP_SUMS 2 /* in C alone: int32, 256 times the sum */

/* w: of four output channels the biases, then expanded weights, then (m, c) of each, then `d` of each unless RELU.
 * x: the first pixel. y: its first output, `end`: where the output ends, an even number of pixels on; both may be the same
 * with a y_apart of 0, for the last pixel twice. span: bytes of x in a run. y_apart: bytes from a pixel to the next of the
 * output. weights: bytes of all expanded weights. */
typedef void tc_dsp_run(const uint32_t *w, const int8_t *x, int8_t *y, const int8_t *end, int32_t span,
                        int32_t y_apart, int32_t weights, int32_t hop);

/* The function in C. */
struct tc_dsp_sums {
    int32_t a0, a1, a2, a3; /* of pixel 0 */
    int32_t b0, b1, b2, b3; /* of pixel 1 */
};

TC_INLINE struct tc_dsp_sums tc_dsp_step(struct tc_dsp_sums s, const uint32_t *w, uint32_t p, uint32_t q)
{
    s.a0 = tc_smlsdx(p, w[0], s.a0), s.b0 = tc_smlsdx(q, w[0], s.b0);
    s.a1 = tc_smlsdx(p, w[1], s.a1), s.b1 = tc_smlsdx(q, w[1], s.b1);
    s.a2 = tc_smlsdx(p, w[2], s.a2), s.b2 = tc_smlsdx(q, w[2], s.b2);
    s.a3 = tc_smlsdx(p, w[3], s.a3), s.b3 = tc_smlsdx(q, w[3], s.b3);
    p = tc_uxtb16(p), q = tc_uxtb16(q);
    s.a0 = tc_smlsdx(w[4], p, s.a0), s.b0 = tc_smlsdx(w[4], q, s.b0);
    s.a1 = tc_smlsdx(w[5], p, s.a1), s.b1 = tc_smlsdx(w[5], q, s.b1);
    s.a2 = tc_smlsdx(w[6], p, s.a2), s.b2 = tc_smlsdx(w[6], q, s.b2);
    s.a3 = tc_smlsdx(w[7], p, s.a3), s.b3 = tc_smlsdx(w[7], q, s.b3);
    return s;
}

/* What leaves channel i of both pixels; k: m, c of four channels, their d. */
TC_INLINE void tc_dsp_leave(int32_t a, int32_t b, const uint32_t *k, int i, int shift, int leave, int8_t *y, int8_t *z)
{
    const int32_t m = (int32_t)k[2 * i], c = (int32_t)k[2 * i + 1], d = leave == TC_DSP_RELU ? 0 : (int32_t)k[8 + i];
    const int32_t p = tc_smmla(a, m, c - (a >> 31 & d)), q = tc_smmla(b, m, c - (b >> 31 & d));
    y[i] = (int8_t)tc_ssat(p >> shift, 8);
    z[i] = (int8_t)tc_ssat(q >> shift, 8);
}

TC_INLINE void tc_dsp_run_in_c(const uint32_t *w, const int8_t *x, int8_t *y, const int8_t *end, int32_t span,
                               int32_t y_apart, int32_t weights, int32_t hop, int turn, int turns, int rows, int apart,
                               int shift, int leave, int flip)
{
    const uint32_t mask = flip ? 0x00800080u : 0;
    const int step = apart ? 4 : 8, other = apart ? apart : 4; /* bytes to the next word, and to that of pixel 1 */
    do {
        struct tc_dsp_sums s = {(int32_t)w[0], (int32_t)w[1], (int32_t)w[2], (int32_t)w[3],
                                (int32_t)w[0], (int32_t)w[1], (int32_t)w[2], (int32_t)w[3]};
        const uint32_t *u = w + 4, *const last = u + weights / 4;
        const int8_t *v = x;
        do {
            const int8_t *const stop = v + span;
            do {
                TC_UNROLL(8)
                for (int i = 0; i < turn / 4; i++) {
                    s = tc_dsp_step(s, u + 8 * i, tc_load32(v + i * step) ^ mask, tc_load32(v + i * step + other) ^ mask);
                }
                u += 2 * turn, v += turn / 4 * step;
            } while (!turns && (rows ? u != last : v != stop));
            v += rows ? 0 : hop;
        } while (!rows && u != last);
        x = apart ? x + 2 * apart : v;
        if (leave == TC_DSP_SUMS) {
            memcpy(y, &s, sizeof s);
            y += sizeof s;
        } else {
            const uint32_t *const k = !turns && rows ? last : u; /* the same: fewer registers */
            int8_t *z = y + y_apart;
            tc_dsp_leave(s.a0, s.b0, k, 0, shift, leave, y, z);
            tc_dsp_leave(s.a1, s.b1, k, 1, shift, leave, y, z);
            tc_dsp_leave(s.a2, s.b2, k, 2, shift, leave, y, z);
            tc_dsp_leave(s.a3, s.b3, k, 3, shift, leave, y, z);
            y = z + y_apart;
        }
    } while (y != end);
}

#ifdef TC_NAKED

/* All registers are in use, so it is written whole: no place for inline assembly, which compilers may find no registers
 * for. It takes part in nothing that the compiler does; any level of optimisation will do.
 *
 * r0 w, r1 x, r2 and r3 words of pixel 0 and 1, r4-r7 and r8-r11 sums of pixel 0 and 1, r12 and lr weights. Stack: w,
 * y, y_apart, end, x, the run's end of x, the window's end of w; 9 registers saved; span, y_apart, weights, hop.
 * tc_at: bytes from r1 to the next word of pixel 0. */
#define TC_DSP_FLIP ".if tc_flip\n eor r2, r2, #0x00800080\n eor r3, r3, #0x00800080\n.endif\n"
/* Products by `op`; the first of pixel 1 begins from the bias that the sum of pixel 0 holds: `from`. */
#define TC_DSP_PRODUCT(op, a, x, u, from) \
    ".if tc_open\n " op " " a ", " x ", " u ", " from "\n.else\n " op " " a ", " x ", " u ", " a "\n.endif\n"
#define TC_DSP_CROSS(a, x, u, from) TC_DSP_PRODUCT("smlsdx", a, x, u, from)

#ifdef TC_DUAL_ISSUE
/* A load beside each multiplication, two cycles before its use; those of the next step too, if the turn has one. */
#define TC_DSP_FETCH " ldr r3, [r1, #tc_other]\n ldr r12, [r0]\n ldr r2, [r1]\n ldr lr, [r0, #4]\n"
#define TC_DSP_STEP                                                                                   \
    TC_DSP_FLIP ".set tc_at, tc_at + tc_step\n"                                                       \
    TC_DSP_CROSS("r8", "r3", "r12", "r4") TC_DSP_CROSS("r4", "r2", "r12", "r4") " ldr r12, [r0, #8]\n"    \
    TC_DSP_CROSS("r9", "r3", "lr", "r5") TC_DSP_CROSS("r5", "r2", "lr", "r5") " ldr lr, [r0, #12]\n"      \
    TC_DSP_CROSS("r10", "r3", "r12", "r6") TC_DSP_CROSS("r6", "r2", "r12", "r6") " ldr r12, [r0, #16]\n"  \
    TC_DSP_CROSS("r11", "r3", "lr", "r7") " uxtb16 r3, r3\n"                                            \
    TC_DSP_CROSS("r7", "r2", "lr", "r7") " ldr lr, [r0, #20]\n"                                         \
    " smlsdx r8, r12, r3, r8\n uxtb16 r2, r2\n smlsdx r4, r12, r2, r4\n ldr r12, [r0, #24]\n"           \
    " smlsdx r9, lr, r3, r9\n smlsdx r5, lr, r2, r5\n ldr lr, [r0, #28]\n"                              \
    " smlsdx r10, r12, r3, r10\n add r0, r0, #32\n smlsdx r6, r12, r2, r6\n"                            \
    ".if tc_more\n ldr r12, [r0]\n.endif\n smlsdx r11, lr, r3, r11\n"                                  \
    ".if tc_more\n ldr r3, [r1, #tc_at + tc_other]\n.endif\n smlsdx r7, lr, r2, r7\n"                  \
    ".if tc_more\n ldr r2, [r1, #tc_at]\n ldr lr, [r0, #4]\n.endif\n"
#else
#define TC_DSP_FETCH ""
#define TC_DSP_STEP                                                                                      \
    " ldr r3, [r1, #tc_at + tc_other]\n ldr r2, [r1, #tc_at]\n ldr lr, [r0, #4]\n ldr r12, [r0], #32\n"  \
    TC_DSP_FLIP ".set tc_at, tc_at + tc_step\n"                                                          \
    TC_DSP_CROSS("r8", "r3", "r12", "r4") TC_DSP_CROSS("r4", "r2", "r12", "r4")                              \
    TC_DSP_CROSS("r9", "r3", "lr", "r5") TC_DSP_CROSS("r5", "r2", "lr", "r5") " ldrd r12, lr, [r0, #-24]\n"  \
    TC_DSP_CROSS("r10", "r3", "r12", "r6") TC_DSP_CROSS("r6", "r2", "r12", "r6")                             \
    TC_DSP_CROSS("r11", "r3", "lr", "r7") TC_DSP_CROSS("r7", "r2", "lr", "r7") " ldrd r12, lr, [r0, #-16]\n" \
    " uxtb16 r2, r2\n uxtb16 r3, r3\n"                                                                   \
    " smlsdx r8, r12, r3, r8\n smlsdx r4, r12, r2, r4\n smlsdx r9, lr, r3, r9\n smlsdx r5, lr, r2, r5\n"     \
    " ldrd r12, lr, [r0, #-8]\n"                                                                         \
    " smlsdx r10, r12, r3, r10\n smlsdx r6, r12, r2, r6\n smlsdx r11, lr, r3, r11\n smlsdx r7, lr, r2, r7\n"
#endif

/* Results of two channels of both pixels, or of one, in the registers of their sums; r0: m and c. */
#define TC_DSP_LEAVE_RELU(a, b, c, d, shift)                                                                       \
    " ldm r0!, {r2, r3, r12, lr}\n smmla " a ", " a ", r2, r3\n smmla " b ", " b ", r2, r3\n"                      \
    " smmla " c ", " c ", r12, lr\n smmla " d ", " d ", r12, lr\n"                                                 \
    " ssat " a ", #8, " a ", asr #" shift "\n ssat " b ", #8, " b ", asr #" shift "\n"                             \
    " ssat " c ", #8, " c ", asr #" shift "\n ssat " d ", #8, " d ", asr #" shift "\n"
#define TC_DSP_LEAVE_SIGNED(a, b, i, shift)                                                                        \
    " ldr r12, [r0, #8 * " #i "]\n ldr lr, [r0, #8 * " #i " + 4]\n ldr r3, [r0, #32 + 4 * " #i "]\n"               \
    " and r2, r3, " a ", asr #31\n and r3, r3, " b ", asr #31\n sub r2, lr, r2\n sub r3, lr, r3\n"                 \
    " smmla " a ", " a ", r12, r2\n smmla " b ", " b ", r12, r3\n"                                                 \
    " ssat " a ", #8, " a ", asr #" shift "\n ssat " b ", #8, " b ", asr #" shift "\n"

#define TC_DSP_RUN(name, turn, turns, rows, apart, shift, leave, flip)                                             \
    TC_NAKED void name(TC_UNUSED const uint32_t *w, TC_UNUSED const int8_t *x, TC_UNUSED int8_t *y,                \
                       TC_UNUSED const int8_t *end, TC_UNUSED int32_t span, TC_UNUSED int32_t y_apart,             \
                       TC_UNUSED int32_t weights, TC_UNUSED int32_t hop)                                           \
    {                                                                                                              \
        __asm__ volatile(                                                                                          \
            ".set tc_flip, " #flip "\n.set tc_single, " #turns " && " #rows "\n.set tc_paired, " #apart " == 0\n"  \
            ".if tc_paired\n.set tc_other, 4\n.set tc_step, 8\n"                                                   \
            ".else\n.set tc_other, " #apart "\n.set tc_step, 4\n.endif\n"                                          \
            " push {r4-r11, lr}\n sub sp, sp, #28\n mov r12, r3\n ldr r3, [sp, #68]\n stm sp, {r0, r2, r3, r12}\n" \
            " str r1, [sp, #16]\n ldr r12, [sp, #72]\n add r12, r0, r12\n add r12, r12, #16\n str r12, [sp, #24]\n" \
            "1: ldm r0!, {r4-r7}\n"                                                                                \
            ".if tc_single == 0\n mov r8, r4\n mov r9, r5\n mov r10, r6\n mov r11, r7\n.endif\n"                   \
            "2:\n"                                                                                                 \
            ".if (" #turns " || " #rows ") == 0\n ldr r12, [sp, #64]\n add r12, r1, r12\n str r12, [sp, #20]\n.endif\n" \
            "3:\n" TC_DSP_FETCH                                                                                    \
            ".set tc_open, tc_single\n.set tc_more, (" #turn ") / 4 - 1\n.set tc_at, 0\n.rept (" #turn ") / 4\n"   \
            TC_DSP_STEP ".set tc_open, 0\n.set tc_more, tc_more - 1\n.endr\n"                                      \
            ".if tc_paired || tc_single == 0\n adds r1, r1, #tc_at\n.endif\n"                                      \
            ".if " #turns " == 0\n"                                                                                \
            ".if " #rows "\n ldr r12, [sp, #24]\n cmp r0, r12\n.else\n ldr r12, [sp, #20]\n cmp r1, r12\n.endif\n"   \
            " bne 3b\n.endif\n"                                                                                   \
            ".if " #rows " == 0\n ldr r12, [sp, #76]\n add r1, r1, r12\n ldr r12, [sp, #24]\n cmp r0, r12\n bne 2b\n.endif\n" \
            ".if " #leave " == 0\n"                                                                                \
            TC_DSP_LEAVE_SIGNED("r4", "r8", 0, #shift) TC_DSP_LEAVE_SIGNED("r5", "r9", 1, #shift)                  \
            TC_DSP_LEAVE_SIGNED("r6", "r10", 2, #shift) TC_DSP_LEAVE_SIGNED("r7", "r11", 3, #shift)                \
            ".else\n"                                                                                              \
            TC_DSP_LEAVE_RELU("r4", "r8", "r5", "r9", #shift) TC_DSP_LEAVE_RELU("r6", "r10", "r7", "r11", #shift)  \
            ".endif\n"                                                                                             \
            " ldm sp, {r0, r2, r3, r12}\n add lr, r2, r3\n"                                                        \
            " strb r4, [r2]\n strb r5, [r2, #1]\n strb r6, [r2, #2]\n strb r7, [r2, #3]\n"                         \
            " strb r8, [lr]\n strb r9, [lr, #1]\n strb r10, [lr, #2]\n strb r11, [lr, #3]\n"                       \
            " add r2, lr, r3\n str r2, [sp, #4]\n"                                                                \
            ".if tc_paired == 0\n"                                                                                 \
            ".if tc_single == 0\n ldr r1, [sp, #16]\n.endif\n"                                                     \
            " add r1, r1, #" #apart "\n add r1, r1, #" #apart "\n"                                                 \
            ".if tc_single == 0\n str r1, [sp, #16]\n.endif\n.endif\n"                                             \
            " cmp r2, r12\n bne 1b\n"                                                                              \
            " add sp, sp, #28\n pop {r4-r11, pc}\n");                                                              \
    }

#else

#define TC_DSP_RUN(name, turn, turns, rows, apart, shift, leave, flip)                                          \
    void name(const uint32_t *w, const int8_t *x, int8_t *y, const int8_t *end, int32_t span, int32_t y_apart,  \
              int32_t weights, int32_t hop)                                                                     \
    {                                                                                                           \
        tc_dsp_run_in_c(w, x, y, end, span, y_apart, weights, hop, turn, turns, rows, apart, shift, leave, flip); \
    }

#endif

/* The same whose four channels leave as TFLite has it, their constants being pairs (~multiplier, shift): for channels
 * without proved constants. zero_point, low, high: of the output. */
static inline void tc_dsp_leave_exactly(const int32_t *sums, const uint32_t *k, int8_t *y, int32_t y_apart, int32_t zero_point,
                                        int32_t low, int32_t high)
{
    for (int i = 0; i < 8; i++) {
        const int32_t multiplier = (int32_t)~k[2 * (i % 4)], shift = (int32_t)k[2 * (i % 4) + 1];
        const int32_t value = tc_requantize(sums[i] >> 8, multiplier, shift) + zero_point;
        y[i / 4 * y_apart + i % 4] = (int8_t)tc_clamp(value, low, high);
    }
}

#define TC_DSP_RUN_EXACT(name, apart, zero_point, low, high, flip)                                                 \
    void name(const uint32_t *w, const int8_t *x, int8_t *y, const int8_t *end, int32_t span, int32_t y_apart,  \
              int32_t weights, int32_t hop)                                                                     \
    {                                                                                                           \
        int32_t sums[8];                                                                                        \
        do {                                                                                                    \
            tc_dsp_run_in_c(w, x, (int8_t *)sums, (int8_t *)(sums + 8), span, 0, weights, hop, 4, 0, 0, apart,  \
                            1, TC_DSP_SUMS, flip);                                                              \
            tc_dsp_leave_exactly(sums, w + 4 + weights / 4, y, y_apart, zero_point, low, high);                 \
            x += (apart) ? 2 * (apart) : span;                                                                  \
            y += 2 * y_apart;                                                                                   \
        } while (y != end);                                                                                     \
    }

#endif
