/* SPDX-License-Identifier: Apache-2.0 */
/* Eight outputs at a time, the last few one by one. Two neighbouring inputs are a word of halves as they lie in memory; of a word
 * of weights SXTB16 is (w0, w1), of it rotated (w2, w3). Each is used once, so that is done in place. */
#include "tc_dsp_fully_connected_s16.h"
#include "tc_dsp.h"
#include "tc_requantize_s16.h"

/* The sums of eight outputs over fours of inputs, x to stop; w: of each four a word of each output. */
#ifdef TC_NAKED
/* r0 w, r1 x, r2 and r3 inputs, r4-r11 sums, r12 and lr weights. Stack: stop, sums; 9 registers saved. */
#define TC_DSP_FOUR(sum, i)                                                               \
    " ldr lr, [r0, #4 * " #i "]\n sxtb16 r12, lr\n sxtb16 lr, lr, ror #8\n"               \
    " smlad " sum ", r12, r2, " sum "\n smlad " sum ", lr, r3, " sum "\n"

TC_CODE TC_NAKED static void eight(TC_UNUSED const uint32_t *w, TC_UNUSED const int16_t *x, TC_UNUSED const int16_t *stop,
                                   TC_UNUSED int32_t *sums)
{
    __asm__ volatile(
        " push {r4-r11, lr}\n push {r2, r3}\n"
        " mov r4, #0\n mov r5, #0\n mov r6, #0\n mov r7, #0\n mov r8, #0\n mov r9, #0\n mov r10, #0\n mov r11, #0\n"
        "1: ldr r2, [r1, #0]\n ldr r3, [r1, #4]\n"
        TC_DSP_FOUR("r4", 0) TC_DSP_FOUR("r5", 1) TC_DSP_FOUR("r6", 2) TC_DSP_FOUR("r7", 3)
        TC_DSP_FOUR("r8", 4) TC_DSP_FOUR("r9", 5) TC_DSP_FOUR("r10", 6) TC_DSP_FOUR("r11", 7)
        " ldr r12, [sp]\n add r1, r1, #8\n add r0, r0, #32\n cmp r1, r12\n bne 1b\n"
        " pop {r2, r3}\n stm r3, {r4-r11}\n pop {r4-r11, pc}\n");
}
#else
TC_INLINE int32_t four(uint32_t w, uint32_t p, uint32_t q, int32_t sum)
{
    return tc_smlad(tc_sxtb16_ror8(w), q, tc_smlad(tc_sxtb16(w), p, sum));
}

TC_CODE
static void eight(const uint32_t *w, const int16_t *x, const int16_t *stop, int32_t *sums)
{
    int32_t a0 = 0, a1 = 0, a2 = 0, a3 = 0, a4 = 0, a5 = 0, a6 = 0, a7 = 0;
    for (; x != stop; x += 4, w += 8) {
        const uint32_t p = tc_load32(x), q = tc_load32(x + 2);
        a0 = four(w[0], p, q, a0), a1 = four(w[1], p, q, a1), a2 = four(w[2], p, q, a2), a3 = four(w[3], p, q, a3);
        a4 = four(w[4], p, q, a4), a5 = four(w[5], p, q, a5), a6 = four(w[6], p, q, a6), a7 = four(w[7], p, q, a7);
    }
    sums[0] = a0, sums[1] = a1, sums[2] = a2, sums[3] = a3, sums[4] = a4, sums[5] = a5, sums[6] = a6, sums[7] = a7;
}
#endif

/* What 0 to 3 inputs lack of four meets weights of 0, but must be read. */
TC_CODE
static const int16_t *filled(const int16_t *input, int32_t n, int16_t *copy)
{
    if (n % 4 == 0) {
        return input;
    }
    for (int32_t i = 0; i < n; i++) {
        copy[i] = input[i];
    }
    copy[n] = 0;
    copy[n | 1] = 0;
    copy[n | 3] = 0;
    return copy;
}

void tc_dsp_fully_connected_s16(const struct tc_dsp_fully_connected_s16 *p, const int16_t *input, int16_t *output,
                                void *scratch)
{
    const int32_t words = (p->input_n + 3) / 4;
    for (int32_t row = p->rows; row; row--, input += p->input_n) {
        const int16_t *const x = filled(input, p->input_n, scratch), *const stop = x + 4 * words;
        const uint32_t *w = p->filters;
        for (int32_t n = 0, lanes; n < p->output_n; n += lanes) {
            int64_t totals[8] = {0};
            lanes = p->output_n - n < 8 ? 1 : 8;
            if (lanes == 1) {
                for (const int16_t *v = x; v != stop; v += 4, w++) {
                    totals[0] = tc_smlald(tc_sxtb16(*w), tc_load32(v), totals[0]);
                    totals[0] = tc_smlald(tc_sxtb16_ror8(*w), tc_load32(v + 2), totals[0]);
                }
            }
            for (const int16_t *part = x, *end; lanes == 8 && part != stop; part = end) {
                int32_t sums[8];
                end = stop - part > 4 * p->part ? part + 4 * p->part : stop;
                eight(w, part, end, sums);
                w += 2 * (end - part);
                for (int i = 0; i < 8; i++) {
                    totals[i] += sums[i];
                }
            }
            for (int32_t i = 0; i < lanes; i++) {
                const int64_t sum = p->bias[n + i] + totals[i];
                const int32_t value = tc_requantize_s16(sum, p->multipliers[n + i], p->shifts[n + i], p->narrow);
                *output++ = (int16_t)tc_clamp(value, p->min, p->max);
            }
        }
    }
}
