/* SPDX-License-Identifier: Apache-2.0 */
/* SVDF for one type of memories: tc_mve_svdf_s8.c and tc_mve_svdf_state_s16_s8.c. Private to them. */
#ifndef TC_MVE_SVDF_H
#define TC_MVE_SVDF_H

#include "tc_mve_dots.h"
#include "tc_mve_requantize.h"

/* Defines tc_NAME, whose states and time weights are of type T, from LOW to HIGH. REMEMBER moves the first `count`
 * elements of a memory on by one and returns a sum + their product with time weights, which wraps. Filters and units are
 * made four at a time. */
#define TC_MVE_SVDF(NAME, T, LOW, HIGH, REMEMBER)                                                                    \
    void NAME(const struct NAME *p, const int8_t *input, T *state, int8_t *output)                                   \
    {                                                                                                                \
        const int8_t *features = p->feature_weights;                                                                 \
        const T *time = p->time_weights;                                                                             \
        const int32_t *bias = p->bias;                                                                               \
        const int32_t filters = p->units * p->rank, last = p->memory - 1;                                            \
        int32_t unit = 0, ranks = 0, sums[4] = {0, 0, 0, 0};                                                         \
        for (int32_t filter = 0; filter < filters; filter += 4, features += 4 * p->inputs) {                         \
            const int32_t some = filters - filter < 4 ? filters - filter : 4;                                        \
            int32_t newest[4];                                                                                       \
            tc_mve_dots(input, features, p->inputs, some, newest);                                                   \
            int32x4_t v = vld1q_s32(newest);                                                                         \
            v = vaddq_s32(v, vld1q_z_s32(p->offsets + filter, vctp32q((uint32_t)some)));                             \
            v = tc_mve_requantize(v, p->feature_multiplier, p->feature_shift);                                       \
            vst1q_s32(newest, vaddq_n_s32(tc_mve_clamp_s32(v, LOW, HIGH), p->state_zero_point));                     \
            for (int32_t i = 0; i < some; i++, state += p->memory, time += p->memory) {                              \
                const T one = (T)newest[i];                                                                          \
                newest[i] = REMEMBER(state, time, last, one * time[last]);                                           \
                state[last] = one;                                                                                   \
            }                                                                                                        \
            if (p->rank == 1) {                                                                                      \
                vst1q_s32(sums, vld1q_s32(newest));                                                                  \
                unit = some;                                                                                         \
            }                                                                                                        \
            for (int32_t i = 0; p->rank > 1 && i < some; i++) {                                                      \
                sums[unit] = (int32_t)((uint32_t)sums[unit] + (uint32_t)newest[i]);                                  \
                ranks++;                                                                                             \
                if (ranks == p->rank) {                                                                              \
                    ranks = 0;                                                                                       \
                    unit++;                                                                                          \
                }                                                                                                    \
            }                                                                                                        \
            if (unit == 4 || filter + 4 >= filters) {                                                                \
                const mve_pred16_t of_units = vctp32q((uint32_t)unit);                                               \
                v = vaddq_s32(vld1q_s32(sums), vld1q_z_s32(bias, of_units));                                         \
                v = vaddq_n_s32(tc_mve_requantize(v, p->multiplier, p->shift), p->output_zero_point);                \
                vstrbq_p_s32(output, tc_mve_clamp_s32(v, p->min, p->max), of_units);                                 \
                vst1q_s32(sums, vdupq_n_s32(0));                                                                     \
                bias += 4;                                                                                           \
                output += 4;                                                                                         \
                unit = 0;                                                                                            \
            }                                                                                                        \
        }                                                                                                            \
    }

#endif
