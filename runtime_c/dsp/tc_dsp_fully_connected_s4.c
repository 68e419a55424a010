/* SPDX-License-Identifier: Apache-2.0 */
/* Weights are w + 8, from 0 to 15: an AND with a shift leaves two of a word as halves. What the 8s add is 8 times the sum of
 * the inputs, the same for all outputs. */
#include "tc_dsp_fully_connected_s4.h"
#include "tc_dsp.h"
#include "tc_requantize.h"

#define PAIR 0x000f000fu

/* Of each eight inputs (x0, x2), (x1, x3), (x4, x6), (x5, x7); missing ones are 0. The end of the words. */
TC_CODE
static uint32_t *spread(const int8_t *input, uint32_t *x, int32_t n, int32_t *sum)
{
    uint32_t *const end = x + (n + 7) / 8 * 4;
    for (; x != end; x += 2, input += 4, n -= 4) {
        uint32_t v = 0;
        if (n >= 4) {
            v = tc_load32(input);
        }
        for (int32_t i = n < 4 ? n : 0; i > 0;) {
            v = v << 8 | (uint8_t)input[--i];
        }
        x[0] = tc_sxtb16(v);
        x[1] = tc_sxtb16_ror8(v);
        *sum = tc_smlad(x[0], 0x00010001u, tc_smlad(x[1], 0x00010001u, *sum));
    }
    return end;
}

/* The products of eight inputs with one output's word are added. */
TC_INLINE int32_t eight(uint32_t w, const uint32_t *x, int32_t sum)
{
    sum = tc_smlad(w & PAIR, x[0], sum);
    sum = tc_smlad(w >> 4 & PAIR, x[1], sum);
    sum = tc_smlad(w >> 8 & PAIR, x[2], sum);
    return tc_smlad(w >> 12 & PAIR, x[3], sum);
}

TC_CODE
static void one(const uint32_t *w, const uint32_t *x, const uint32_t *stop, int32_t *sums)
{
    int32_t sum = 0;
    for (; x != stop; x += 4) {
        sum = eight(*w++, x, sum);
    }
    sums[0] = sum;
}

#ifdef TC_NAKED
#define EIGHT(sum)                                                                        \
    " ldr r12, [r0], #4\n and lr, r3, r12\n smlad " sum ", lr, r8, " sum "\n"             \
    " and lr, r3, r12, lsr #4\n smlad " sum ", lr, r9, " sum "\n"                         \
    " and lr, r3, r12, lsr #8\n smlad " sum ", lr, r10, " sum "\n"                        \
    " and r12, r3, r12, lsr #12\n smlad " sum ", r12, r11, " sum "\n"

/* r0 w, r1 x, r2 its end, r3 what leaves two of a word, r4-r7 sums, r8-r11 inputs, r12 lr weights. */
TC_CODE TC_NAKED static void four(TC_UNUSED const uint32_t *w, TC_UNUSED const uint32_t *x, TC_UNUSED const uint32_t *stop,
                                  TC_UNUSED int32_t *sums)
{
    __asm__ volatile(
        " push {r3-r11, lr}\n mov r3, #0x000f000f\n mov r4, #0\n mov r5, #0\n mov r6, #0\n mov r7, #0\n"
        "1: ldm r1!, {r8-r11}\n" EIGHT("r4") EIGHT("r5") EIGHT("r6") EIGHT("r7") " cmp r1, r2\n bne 1b\n"
        " pop {r3}\n stm r3, {r4-r7}\n pop {r4-r11, pc}\n");
}
#else
TC_CODE
static void four(const uint32_t *w, const uint32_t *x, const uint32_t *stop, int32_t *sums)
{
    int32_t a = 0, b = 0, c = 0, d = 0;
    for (; x != stop; x += 4, w += 4) {
        a = eight(w[0], x, a), b = eight(w[1], x, b), c = eight(w[2], x, c), d = eight(w[3], x, d);
    }
    sums[0] = a, sums[1] = b, sums[2] = c, sums[3] = d;
}
#endif

void tc_dsp_fully_connected_s4(const struct tc_dsp_fully_connected_s4 *p, const int8_t *input, int8_t *output,
                               void *scratch)
{
    uint32_t *const x = scratch;
    for (int32_t row = p->rows; row; row--, input += p->input_n) {
        int32_t inputs = 0;
        const uint32_t *const stop = spread(input, x, p->input_n, &inputs), *w = p->weights;
        for (int32_t n = 0; n < p->output_n;) {
            const int32_t lanes = p->output_n - n < 4 ? 1 : 4;
            int32_t sums[4];
            (lanes == 4 ? four : one)(w, x, stop, sums);
            w += lanes * (stop - x) / 4;
            for (int32_t i = 0; i < lanes; i++, n++) {
                const int32_t sum = tc_wrapping_add(tc_wrapping_add(sums[i], -8 * inputs), p->bias[n]);
                const int32_t value = tc_requantize(sum, p->multipliers[n], p->shifts[n]) + p->output_zero_point;
                *output++ = (int8_t)tc_clamp(value, p->min, p->max);
            }
        }
    }
}
