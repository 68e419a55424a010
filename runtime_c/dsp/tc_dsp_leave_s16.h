/* SPDX-License-Identifier: Apache-2.0 */
/* How sums of int16 and int8 leave as int16, for cores with the DSP extension. Private to their kernels.
 *
 * A sum that TFLite holds in 64 bits, of which 32 are enough: one factor M of a channel, and the rounded high half of the
 * product. One with an int32 bias, which is narrow: three words of a channel, its multiplier, 2^(shift - 1) and the shift to
 * the right, 1 to 23; SMMLAR of twice the sum is TFLite's first rounding, negative ones then lose 1, so that the shift is
 * its second. */
#ifndef TC_DSP_LEAVE_S16_H
#define TC_DSP_LEAVE_S16_H

#include "tc_dsp.h"

/* Words of a channel. */
#define TC_DSP_FACTORS(narrow) ((narrow) ? 3 : 1)

/* What leaves; k: the channel's words. */
TC_INLINE int32_t tc_dsp_leave_s16(int32_t sum, const uint32_t *k, int relu, int narrow)
{
    int32_t value;
    if (narrow) {
        const int32_t twice = 2 * sum;
        value = (tc_smmlar(twice, (int32_t)k[0], (int32_t)k[1]) + (twice >> 31)) >> k[2];
    } else {
        value = tc_smmlar(sum, (int32_t)k[0], 0);
    }
    return relu ? tc_usat(value, 15) : tc_ssat(value, 16);
}

/* In assembly, with tc_narrow and tc_relu set: the words of channel i, from r0 + 8 on, to r12, lr and r3; the sum `a` leaves by
 * them, r1 is lost. */
#define TC_DSP_FACTORS_S16(i)                                                                           \
    ".if tc_narrow\n ldr r12, [r0, #8 + 12 * " #i "]\n ldr lr, [r0, #12 + 12 * " #i "]\n"               \
    " ldr r3, [r0, #16 + 12 * " #i "]\n.else\n ldr r12, [r0, #8 + 4 * " #i "]\n.endif\n"
#define TC_DSP_LEAVE_S16(a)                                                                             \
    ".if tc_narrow\n add " a ", " a ", " a "\n smmlar r1, " a ", r12, lr\n add r1, r1, " a ", asr #31\n" \
    " asr " a ", r1, r3\n.else\n smmulr " a ", " a ", r12\n.endif\n"                                    \
    ".if tc_relu\n usat " a ", #15, " a "\n.else\n ssat " a ", #16, " a "\n.endif\n"

#endif
