/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_fully_connected_s8.h"
#include "tc_mve_dense_s8.h"
#include "tc_mve_groups.h"

#if defined(__ARM_FEATURE_MVE) && !defined(TC_NO_ASM)

/* 17 instructions. */
#define TURN(ADD)                                                                                                  \
    "vldrb.8 q0, [r1], #16\n vldrb.8 q1, [r3], #16\n vmladav" ADD ".s8 r0, q0, q1\n vldrb.8 q2, [r3], #16\n"        \
    "vmladav" ADD ".s8 r2, q0, q2\n vldrb.8 q1, [r3], #16\n vmladav" ADD ".s8 r4, q0, q1\n"                         \
    "vldrb.8 q2, [r3], #16\n vmladav" ADD ".s8 r6, q0, q2\n vldrb.8 q1, [r3], #16\n"                                \
    "vmladav" ADD ".s8 r8, q0, q1\n vldrb.8 q2, [r3], #16\n vmladav" ADD ".s8 r10, q0, q2\n"                        \
    "vldrb.8 q1, [r3], #16\n vmladav" ADD ".s8 r12, q0, q1\n vldrb.8 q2, [r3], #16\n"                               \
    "vmladav" ADD ".s8 lr, q0, q2\n"

TC_MVE_GROUPS(make, TURN, "68", TURN("a") TURN("a") TURN("a") TURN("a"), "3", "", "")

#else

TC_MVE_INLINE void chunk(int32_t *sums, int8x16_t inputs, const int32_t **weights)
{
    for (int i = 0; i < 8; i++, *weights += 4) {
        sums[i] = vmladavaq_s8(sums[i], inputs, vld1q_s8((const int8_t *)*weights));
    }
}

TC_CODE
static void make(const struct tc_mve_groups *run)
{
    tc_mve_make_groups(run, chunk, 1);
}

#endif

void tc_mve_fully_connected_s8(const struct tc_mve_fully_connected_s8 *p, const int8_t *input, int8_t *output,
                               void *scratch)
{
    if (p->together == 8) {
        TC_MVE_BY_GROUPS(p, input, output, scratch, make, 32, 1)
    } else {
        TC_MVE_BY_SETS(p, input, output, scratch, tc_mve_dense_of_s8);
    }
}
