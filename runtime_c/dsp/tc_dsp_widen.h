/* SPDX-License-Identifier: Apache-2.0 */
/* Weights of 4 bits become bytes: of four channels a word a tap. Private to depthwise convolutions.
 *
 * In flash, of each two taps there is a word: w + 8 of the first in the lower halves of its bytes, of the second in the
 * upper ones. */
#ifndef TC_DSP_WIDEN_H
#define TC_DSP_WIDEN_H

#include "tc_dsp.h"

#define TC_DSP_WIDENED(taps) (((taps) + 1) / 2 * 2) /* words */

/* Four channels' taps; the end in flash. */
typedef const int8_t *tc_dsp_widen(const int8_t *packed, uint32_t *to, int32_t taps);

/* Bytes w + 8 as w: nothing is borrowed from one to the next while their highest bits are set. */
TC_INLINE uint32_t tc_dsp_minus_8(uint32_t word)
{
    return ((word | 0x80808080u) - 0x08080808u) ^ 0x80808080u;
}

TC_INLINE const int8_t *tc_dsp_widen_4(const int8_t *packed, uint32_t *to, int32_t taps)
{
    for (; taps > 0; taps -= 2, packed += 4, to += 2) {
        const uint32_t word = tc_load32(packed);
        to[0] = tc_dsp_minus_8(word & 0x0f0f0f0fu);
        to[1] = tc_dsp_minus_8(word >> 4 & 0x0f0f0f0fu);
    }
    return packed;
}

/* Defines a function `name` for weights of 4 bits. */
#define TC_DSP_WIDEN(name, bits)                                                \
    const int8_t *name(const int8_t *packed, uint32_t *to, int32_t taps)        \
    {                                                                           \
        return tc_dsp_widen_##bits(packed, to, taps);                           \
    }

#endif
