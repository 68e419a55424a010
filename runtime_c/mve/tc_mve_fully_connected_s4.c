/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_fully_connected_s4.h"
#include "tc_mve_dense_s4.h"
#include "tc_mve_groups.h"

#if defined(__ARM_FEATURE_MVE) && !defined(TC_NO_ASM)

/* Low halves are moved up, which makes them 16 times the weight, high ones down; TIMES_16 makes all 16 times as large. */
#define TURN(ADD)                                                                                                   \
    "vldrb.8 q0, [r1], #16\n vldrb.8 q1, [r3], #16\n vshl.i8 q2, q1, #4\n vmladav" ADD ".s8 r0, q0, q2\n"       \
    "vshr.s8 q1, q1, #4\n vmladav" ADD ".s8 r2, q0, q1\n vldrb.8 q3, [r3], #16\n vshl.i8 q4, q3, #4\n"          \
    "vmladav" ADD ".s8 r4, q0, q4\n vshr.s8 q3, q3, #4\n vmladav" ADD ".s8 r6, q0, q3\n vldrb.8 q1, [r3], #16\n" \
    "vshl.i8 q2, q1, #4\n vmladav" ADD ".s8 r8, q0, q2\n vshr.s8 q1, q1, #4\n vmladav" ADD ".s8 r10, q0, q1\n"  \
    "vldrb.8 q3, [r3], #16\n vshl.i8 q4, q3, #4\n vmladav" ADD ".s8 r12, q0, q4\n vshr.s8 q3, q3, #4\n"         \
    "vmladav" ADD ".s8 lr, q0, q3\n"
#define TIMES_16 "lsls r2, r2, #4\n lsls r6, r6, #4\n lsl r10, r10, #4\n lsl lr, lr, #4\n"

TC_MVE_GROUPS(make, TURN, "84", TURN("a"), "1", TIMES_16, "vshr.s32 q0, q0, #4\n vshr.s32 q1, q1, #4\n")

#else

TC_MVE_INLINE void chunk(int32_t *sums, int8x16_t inputs, const int32_t **weights)
{
    for (int i = 0; i < 8; i += 2, *weights += 4) {
        const int8x16_t both = vld1q_s8((const int8_t *)*weights);
        sums[i] = vmladavaq_s8(sums[i], inputs, vshrq_n_s8(vshlq_n_s8(both, 4), 4));
        sums[i + 1] = vmladavaq_s8(sums[i + 1], inputs, vshrq_n_s8(both, 4));
    }
}

TC_CODE
static void make(const struct tc_mve_groups *run)
{
    tc_mve_make_groups(run, chunk, 16);
}

#endif

void tc_mve_fully_connected_s4(const struct tc_mve_fully_connected_s4 *p, const int8_t *input, int8_t *output,
                               void *scratch)
{
    if (p->together == 8) {
        TC_MVE_BY_GROUPS(p, input, output, scratch, make, 16, 16)
    } else {
        TC_MVE_BY_SETS(p, input, output, scratch, tc_mve_dense_of_s4);
    }
}
