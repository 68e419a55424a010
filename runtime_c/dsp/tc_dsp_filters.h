/* SPDX-License-Identifier: Apache-2.0 */
/* Filters of four output channels from flash to scratch, and rows of pixels through TC_DSP_RUN. Private to convolutions.
 *
 * In flash: four biases; for each four values of a window a word of each channel, its halves 256 w2 - w3 and w1 - 256 w0,
 * so its even bytes are -w3 and w1, or half a word where weights have 4 bits; then m, c of each channel, and `d` of each
 * unless of a ReLU. */
#ifndef TC_DSP_FILTERS_H
#define TC_DSP_FILTERS_H

#include "tc_dsp_run.h"

/* Words in scratch of four channels with windows of so many values, a multiple of 4. */
#define TC_DSP_EXPANDED(values) (4 + 2 * (values) + 12)

TC_INLINE void tc_dsp_copy4(uint32_t *to, const uint32_t *from)
{
    const uint32_t p0 = from[0], p1 = from[1], p2 = from[2], p3 = from[3];
    to[0] = p0, to[1] = p1, to[2] = p2, to[3] = p3;
}

/* As TC_DSP_RUN wants them: of each four values (-w3, w1) of the four channels, then the halves that flash has. The end in
 * flash. */
typedef const uint32_t *tc_dsp_expand(const uint32_t *packed, uint32_t *w, int32_t values, int32_t is_signed);

/* What follows the weights. */
TC_INLINE const uint32_t *tc_dsp_expand_rest(const uint32_t *packed, uint32_t *w, int32_t is_signed)
{
    tc_dsp_copy4(w, packed);
    tc_dsp_copy4(w + 4, packed + 4);
    if (!is_signed) {
        return packed + 8;
    }
    tc_dsp_copy4(w + 8, packed + 8);
    return packed + 12;
}

TC_INLINE const uint32_t *tc_dsp_expand_8(const uint32_t *packed, uint32_t *w, int32_t values, int32_t is_signed)
{
    tc_dsp_copy4(w, packed);
    packed += 4, w += 4;
    for (const uint32_t *end = packed + values; packed != end; packed += 4, w += 8) {
        const uint32_t p0 = packed[0], p1 = packed[1], p2 = packed[2], p3 = packed[3];
        w[4] = p0, w[5] = p1, w[6] = p2, w[7] = p3;
        w[0] = tc_sxtb16(p0), w[1] = tc_sxtb16(p1), w[2] = tc_sxtb16(p2), w[3] = tc_sxtb16(p3);
    }
    return tc_dsp_expand_rest(packed, w, is_signed);
}

/* Of two channels. Bytes are 7 - w3, 8 + w2, 8 + w1, 7 - w0, four bits each, those of the first channel the lower ones. */
TC_INLINE void tc_dsp_expand_nibbles(uint32_t packed, uint32_t *w)
{
    const uint32_t p0 = packed & 0x0f0f0f0fu, p1 = packed >> 4 & 0x0f0f0f0fu;
    w[4] = tc_ssub16(p0, 0x07080807u);
    w[5] = tc_ssub16(p1, 0x07080807u);
    w[0] = tc_ssub16(tc_uxtb16(p0), 0x00080007u);
    w[1] = tc_ssub16(tc_uxtb16(p1), 0x00080007u);
}

TC_INLINE const uint32_t *tc_dsp_expand_4(const uint32_t *packed, uint32_t *w, int32_t values, int32_t is_signed)
{
    tc_dsp_copy4(w, packed);
    packed += 4, w += 4;
    for (const uint32_t *end = packed + values / 2; packed != end; packed += 2, w += 8) {
        tc_dsp_expand_nibbles(packed[0], w);
        tc_dsp_expand_nibbles(packed[1], w + 2);
    }
    return tc_dsp_expand_rest(packed, w, is_signed);
}

/* Defines a function `name` for weights of 8 bits or of 4. */
#define TC_DSP_EXPAND(name, bits) TC_DSP_EXPAND_##bits(name)
#define TC_DSP_EXPAND_4(name)                                                                         \
    const uint32_t *name(const uint32_t *packed, uint32_t *w, int32_t values, int32_t is_signed)      \
    {                                                                                                 \
        return tc_dsp_expand_4(packed, w, values, is_signed);                                         \
    }

#ifdef TC_NAKED
#define TC_DSP_EXPAND_8(name)                                                                                    \
    TC_NAKED const uint32_t *name(TC_UNUSED const uint32_t *packed, TC_UNUSED uint32_t *w,                       \
                                  TC_UNUSED int32_t values, TC_UNUSED int32_t is_signed)                         \
    {                                                                                                            \
        __asm__ volatile(" push {r4-r11, lr}\n ldm r0!, {r4-r7}\n stm r1!, {r4-r7}\n add r2, r0, r2, lsl #2\n"   \
                         "1: ldm r0!, {r8-r11}\n sxtb16 r4, r8\n sxtb16 r5, r9\n sxtb16 r6, r10\n sxtb16 r7, r11\n" \
                         " stm r1!, {r4-r11}\n cmp r0, r2\n bne 1b\n"                                            \
                         " ldm r0!, {r4-r11}\n stm r1!, {r4-r11}\n"                                              \
                         " cmp r3, #0\n beq 2f\n ldm r0!, {r4-r7}\n stm r1!, {r4-r7}\n"                          \
                         "2: pop {r4-r11, pc}\n");                                                               \
    }
#else
#define TC_DSP_EXPAND_8(name)                                                                         \
    const uint32_t *name(const uint32_t *packed, uint32_t *w, int32_t values, int32_t is_signed)      \
    {                                                                                                 \
        return tc_dsp_expand_8(packed, w, values, is_signed);                                         \
    }
#endif

/* Do the four channels leave as TFLite has it? Their first constant is ~multiplier then. */
TC_INLINE int tc_dsp_is_exact(const uint32_t *w, int32_t values)
{
    return (int32_t)w[4 + 2 * values] < 0;
}

/* A row of pixels, 2 or more; an odd one goes with its neighbour once more. `apart` and `y_apart` are bytes from a pixel to
 * the next of input and output; span, weights and hop as TC_DSP_RUN takes them. */
TC_INLINE void tc_dsp_row(tc_dsp_run *run, const uint32_t *w, const int8_t *x, int8_t *y, int32_t count, int32_t apart,
                          int32_t y_apart, int32_t span, int32_t weights, int32_t hop)
{
    run(w, x, y, y + count / 2 * 2 * y_apart, span, y_apart, weights, hop);
    if (count % 2) {
        y += (count - 2) * y_apart;
        run(w, x + (count - 2) * apart, y, y + 2 * y_apart, span, y_apart, weights, hop);
    }
}

#endif
