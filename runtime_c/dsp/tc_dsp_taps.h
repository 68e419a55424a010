/* SPDX-License-Identifier: Apache-2.0 */
/* The inner function of depthwise convolutions of any window: results of four channels at a time, along a row.
 *
 * Pixels and weights lie in scratch as pairs of neighbours along a row, halves of a word, four channels side by side. So
 * SMLAD is two products. Weights count twice, so that SMMLAR, of a sum and TFLite's multiplier, is TFLite's first rounding;
 * negative sums then lose 1, so that a shift, with half a step in `constant`, is its second.
 *
 * TC_DSP_TAPS(name, rows, pairs) defines a function `name` for windows of so many rows, of so many pairs each. */
#ifndef TC_DSP_TAPS_H
#define TC_DSP_TAPS_H

#include "tc_dsp.h"

/* What is done along a row. */
struct tc_dsp_filters {
    int32_t twice_bias[4];
    struct {
        int32_t multiplier;
        int32_t constant; /* (2 * zero point of the output + 1) * 2^(shift - 1) */
        int32_t shift;
    } leave[4];
    int32_t x_step, y_step; /* bytes from one result to the next */
    int32_t y_bytes;        /* of all results, at least one */
    int32_t down;           /* bytes from the end of a row of the window to the start of the next */
};

typedef void tc_dsp_taps(const struct tc_dsp_filters *filters, const uint32_t *x, int8_t *y, const uint32_t *w);

#ifdef TC_NAKED
#define TC_DSP_LEAVE_TAPS(sum)                                                                             \
    " ldm r0!, {r6-r8}\n smmlar r9, " sum ", r6, r7\n add r9, r9, " sum ", asr #31\n asr r9, r9, r8\n"     \
    " ssat " sum ", #8, r9\n"

/* r0 x, r1 weights, r2-r5 sums, r6-r9 pixels, r10-r12 and lr a pair's weights. Stack: x, y, filters, weights, x_step, y_step,
 * end of y, down. */
#define TC_DSP_TAPS(name, rows, pairs)                                                                              \
    TC_NAKED void name(TC_UNUSED const struct tc_dsp_filters *filters, TC_UNUSED const uint32_t *x,                 \
                       TC_UNUSED int8_t *y, TC_UNUSED const uint32_t *w)                                            \
    {                                                                                                               \
        __asm__ volatile(                                                                                           \
            " push {r4-r11, lr}\n sub sp, sp, #36\n"                                                                \
            " strd r1, r2, [sp]\n strd r0, r3, [sp, #8]\n add r4, r0, #64\n ldm r4, {r4-r7}\n add r6, r6, r2\n"     \
            " add r8, sp, #16\n stm r8, {r4-r7}\n"                                                                  \
            "1: ldrd r2, r1, [sp, #8]\n ldr r0, [sp]\n ldm r2, {r2-r5}\n"                                           \
            ".set tc_left, " #rows "\n.rept " #rows "\n.rept " #pairs "\n"                                          \
            " ldm r0!, {r6-r9}\n ldm r1!, {r10-r12, lr}\n"                                                          \
            " smlad r2, r6, r10, r2\n smlad r3, r7, r11, r3\n smlad r4, r8, r12, r4\n smlad r5, r9, lr, r5\n"      \
            ".endr\n.set tc_left, tc_left - 1\n.if tc_left\n ldr r6, [sp, #28]\n add r0, r0, r6\n.endif\n.endr\n"  \
            " ldr r0, [sp, #8]\n add r0, r0, #16\n"                                                                 \
            TC_DSP_LEAVE_TAPS("r2") TC_DSP_LEAVE_TAPS("r3") TC_DSP_LEAVE_TAPS("r4") TC_DSP_LEAVE_TAPS("r5")          \
            " ldrd r0, r1, [sp]\n ldrd r6, r7, [sp, #16]\n ldr r8, [sp, #24]\n"                                     \
            " strb r2, [r1]\n strb r3, [r1, #1]\n strb r4, [r1, #2]\n strb r5, [r1, #3]\n"                         \
            " add r0, r0, r6\n add r1, r1, r7\n strd r0, r1, [sp]\n cmp r1, r8\n bne 1b\n"                         \
            " add sp, sp, #36\n pop {r4-r11, pc}\n");                                                               \
    }
#else
TC_INLINE void tc_dsp_taps_in_c(const struct tc_dsp_filters *__restrict f, const uint32_t *__restrict x, int8_t *__restrict y,
                                const uint32_t *__restrict w, int rows, int pairs)
{
    const int32_t x_step = f->x_step / 4, y_step = f->y_step, down = f->down / 4;
    for (int8_t *const end = y + f->y_bytes; y != end; x += x_step, y += y_step) {
        TC_UNROLL(4)
        for (int i = 0; i < 4; i++) {
            const uint32_t *u = x + i, *v = w + i;
            int32_t sum = f->twice_bias[i];
            TC_UNROLL(8)
            for (int row = 0; row < rows; row++, u += down) {
                TC_UNROLL(8)
                for (int pair = 0; pair < pairs; pair++, u += 4, v += 4) {
                    sum = tc_smlad(*u, *v, sum);
                }
            }
            const int32_t value = tc_smmlar(sum, f->leave[i].multiplier, f->leave[i].constant + (sum >> 31));
            y[i] = (int8_t)tc_ssat(value >> f->leave[i].shift, 8);
        }
    }
}

#define TC_DSP_TAPS(name, rows, pairs)                                                                          \
    void name(const struct tc_dsp_filters *filters, const uint32_t *x, int8_t *y, const uint32_t *w)            \
    {                                                                                                           \
        tc_dsp_taps_in_c(filters, x, y, w, rows, pairs);                                                        \
    }
#endif

#endif
