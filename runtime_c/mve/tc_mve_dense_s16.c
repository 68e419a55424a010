/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_dense_s16.h"
#include "tc_mve_pairs.h"
#include "tc_requantize_s16.h"

#if defined(__ARM_FEATURE_MVE) && !defined(TC_NO_ASM)

/* Weights become int16 as they are loaded. */
#define CHUNK(ADD)                                                                                                  \
    "vldrh.u16 q0, [r1], #16\n vmladav" ADD ".s16 r0, q0, q2\n vldrb.s16 q3, [r5], #8\n"                            \
    "vmladav" ADD ".s16 r2, q0, q3\n vldrb.s16 q4, [r5], #8\n vmladav" ADD ".s16 r4, q0, q4\n"                      \
    "vldrb.s16 q5, [r5], #8\n vmladav" ADD ".s16 r6, q0, q5\n vldrh.u16 q1, [r3], #16\n"                            \
    "vmladav" ADD ".s16 r8, q1, q2\n vldrb.s16 q2, [r5], #8\n vmladav" ADD ".s16 r10, q1, q3\n"                     \
    "vmladav" ADD ".s16 r12, q1, q4\n vmladav" ADD ".s16 lr, q1, q5\n"
/* r5 is 8 bytes behind the weights. */
#define BIAS "vldrw.32 q2, [r5, #-8]\n adds r5, #8\n"
#define SHORT                                                                                                       \
    BIAS "vadd.i32 q0, q0, q2\n vldrw.32 q4, [r5], #16\n vadd.i32 q1, q1, q2\n vqrdmulh.s32 q0, q0, q4\n"           \
    "vqrdmulh.s32 q1, q1, q4\n vmax.s32 q0, q0, q6\n vmax.s32 q1, q1, q6\n vmin.s32 q0, q0, q7\n"                   \
    "vmin.s32 q1, q1, q7\n" STORE
#define STORE "vstrh.32 q0, [r4], #8\n vstrh.32 q1, [r6], #8\n"

TC_MVE_PAIRS(tc_mve_dense_s16, "vldrb.s16 q2, [r5], #8\n", CHUNK, "56", "", SHORT, BIAS, STORE)

#else

TC_MVE_INLINE void row(int32_t *sums, const int8_t *x, const int8_t **weights, int32_t chunks)
{
    for (int32_t i = 0; i < chunks; i++) {
        const int16x8_t inputs = vld1q_s16((const int16_t *)(const void *)(x + 16 * i));
        for (int channel = 0; channel < 4; channel++) {
            sums[channel] = vmladavaq_s16(sums[channel], inputs, vldrbq_s16(*weights));
            *weights += 8;
        }
    }
}

TC_MVE_INLINE int32x4_t leave(const struct tc_mve_dense *run, int32x4_t v, const int32_t **k)
{
    const int32_t *const words = *k;
    *k += 8;
    v = vqrdmulhq_s32(vaddq_s32(v, vld1q_s32(words)), vld1q_s32(words + 4));
    return vminq_s32(vmaxq_s32(v, vdupq_n_s32(run->min)), vdupq_n_s32(run->max));
}

TC_MVE_INLINE void store(int8_t *output, int32x4_t v)
{
    vstrhq_s32((int16_t *)(void *)output, v);
}

void tc_mve_dense_s16(const struct tc_mve_dense *run)
{
    tc_mve_pairs(run, row, leave, store, 8);
}

#endif

/* The sums of four channels over `chunks` chunks of one pixel; weights move on. */
struct sums {
    int64_t a, b, c, d;
};

TC_MVE_INLINE struct sums long_row(struct sums s, const int8_t *x, const int8_t **weights, int32_t chunks)
{
    const int8_t *w = *weights;
    for (; chunks > 0; chunks--) {
#if defined(__ARM_FEATURE_MVE) && !defined(TC_NO_ASM)
        __asm__("vldrh.u16 q0, [%[x]], #16\n vldrb.s16 q1, [%[w]], #8\n vmlaldava.s16 %Q[a], %R[a], q0, q1\n"
                "vldrb.s16 q2, [%[w]], #8\n vmlaldava.s16 %Q[b], %R[b], q0, q2\n vldrb.s16 q1, [%[w]], #8\n"
                "vmlaldava.s16 %Q[c], %R[c], q0, q1\n vldrb.s16 q2, [%[w]], #8\n vmlaldava.s16 %Q[d], %R[d], q0, q2"
                : [a] "+r"(s.a), [b] "+r"(s.b), [c] "+r"(s.c), [d] "+r"(s.d), [x] "+r"(x), [w] "+l"(w)
                :
                : "q0", "q1", "q2", "memory");
#else
        const int16x8_t inputs = vld1q_s16((const int16_t *)(const void *)x);
        s.a = vmlaldavaq_s16(s.a, inputs, vldrbq_s16(w));
        s.b = vmlaldavaq_s16(s.b, inputs, vldrbq_s16(w + 8));
        s.c = vmlaldavaq_s16(s.c, inputs, vldrbq_s16(w + 16));
        s.d = vmlaldavaq_s16(s.d, inputs, vldrbq_s16(w + 24));
        x += 16;
        w += 32;
#endif
    }
    *weights = w;
    return s;
}

TC_MVE_INLINE int16_t leave_long(const struct tc_mve_dense *run, int64_t sum, const int32_t *k)
{
    sum += (uint32_t)k[0] + (int64_t)((uint64_t)(int64_t)k[4] << 32);
    return (int16_t)tc_clamp(tc_requantize_s64(sum, k[8], k[12]), run->min, run->max);
}

void tc_mve_dense_long_s16(const struct tc_mve_dense *run)
{
    for (int32_t pixel = 0; pixel < run->pixels; pixel++) {
        int16_t *output = (int16_t *)(void *)(run->output + pixel * run->step);
        for (const int32_t *k = run->packed; k != run->end; k += 16, output += 4) {
            const int8_t *x = run->input + pixel * run->apart, *weights = (const int8_t *)k;
            struct sums s = {0, 0, 0, 0};
            for (int32_t i = 0, chunks = run->first, to = run->down; i <= run->rows; i++, chunks = run->rest) {
                s = long_row(s, x, &weights, chunks);
                x += to;
                to = run->next;
            }
            k += tc_mve_dense_reach(run) / 2;
            output[0] = leave_long(run, s.a, k);
            output[1] = leave_long(run, s.b, k + 1);
            output[2] = leave_long(run, s.c, k + 2);
            output[3] = leave_long(run, s.d, k + 3);
        }
    }
}
