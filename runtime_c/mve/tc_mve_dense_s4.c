/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_dense_s4.h"
#include "tc_mve_pairs.h"

#if defined(__ARM_FEATURE_MVE) && !defined(TC_NO_ASM)

/* Low halves are moved up, which makes them 16 times the weight, high ones down; TIMES_16 makes all 16 times as large. */
#define CHUNK(ADD)                                                                                                  \
    "vldrb.8 q0, [r1], #16\n vshl.i8 q3, q2, #4\n vmladav" ADD ".s8 r0, q0, q3\n vshr.s8 q2, q2, #4\n"              \
    "vmladav" ADD ".s8 r2, q0, q2\n vldrb.8 q1, [r3], #16\n vmladav" ADD ".s8 r8, q1, q3\n"                        \
    "vldrb.8 q4, [r5], #16\n vmladav" ADD ".s8 r10, q1, q2\n vshl.i8 q5, q4, #4\n vmladav" ADD ".s8 r4, q0, q5\n"  \
    "vshr.s8 q4, q4, #4\n vmladav" ADD ".s8 r6, q0, q4\n vldrb.8 q2, [r5], #16\n"                                  \
    "vmladav" ADD ".s8 r12, q1, q5\n vmladav" ADD ".s8 lr, q1, q4\n"
#define TIMES_16 "lsls r2, r2, #4\n lsls r6, r6, #4\n lsl r10, r10, #4\n lsl lr, lr, #4\n"
/* What is loaded behind the weights are the first words. */
#define SHORT                                                                                                       \
    "vldrw.32 q3, [r5, #-16]\n vmla.s32 q2, q0, r0\n vldrw.32 q4, [r5], #16\n vmla.s32 q3, q1, r0\n"                \
    "vqdmulh.s32 q2, q2, q4\n vqdmulh.s32 q3, q3, q4\n vqshl.s32 q2, r2\n vqshl.s32 q3, r2\n"                       \
    "vshr.s32 q2, q2, #24\n vstrb.32 q2, [r4], #4\n vshr.s32 q3, q3, #24\n vstrb.32 q3, [r6], #4\n"

TC_MVE_PAIRS(tc_mve_dense_s4, "vldrb.8 q2, [r5], #16\n", CHUNK, "64", TIMES_16, SHORT,
             "vshr.s32 q0, q0, #4\n vshr.s32 q1, q1, #4\n", "vstrb.32 q0, [r4], #4\n vstrb.32 q1, [r6], #4\n")

#else

TC_MVE_INLINE void row(int32_t *sums, const int8_t *x, const int8_t **weights, int32_t chunks)
{
    for (int32_t i = 0; i < chunks; i++) {
        const int8x16_t inputs = vld1q_s8(x + 16 * i);
        for (int channel = 0; channel < 4; channel += 2, *weights += 16) {
            const int8x16_t both = vld1q_s8(*weights);
            sums[channel] = vmladavaq_s8(sums[channel], inputs, vshrq_n_s8(vshlq_n_s8(both, 4), 4));
            sums[channel + 1] = vmladavaq_s8(sums[channel + 1], inputs, vshrq_n_s8(both, 4));
        }
    }
}

TC_MVE_INLINE int32x4_t leave(const struct tc_mve_dense *run, int32x4_t v, const int32_t **k)
{
    const int32_t *const words = *k;
    *k += 8;
    v = vqdmulhq_s32(vmlaq_n_s32(vld1q_s32(words), v, 16 * run->scale), vld1q_s32(words + 4));
    return vshrq_n_s32(vqshlq_r_s32(v, run->shift), 24);
}

TC_MVE_INLINE void store(int8_t *output, int32x4_t v)
{
    vstrbq_s32(output, v);
}

void tc_mve_dense_s4(const struct tc_mve_dense *run)
{
    tc_mve_pairs(run, row, leave, store, 4);
}

#endif
