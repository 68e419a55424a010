/* SPDX-License-Identifier: Apache-2.0 */
/* SVDF for one type of memories: tc_svdf_s8.c and tc_svdf_state_s16_s8.c. Private to them. */
#ifndef TC_SVDF_H
#define TC_SVDF_H

#include "tc_dot.h"
#include "tc_requantize.h"

/* Defines tc_NAME, whose states and time weights are of type T, from LOW to HIGH. Sums of products of int16 may
 * exceed 32 bits where a model is fed what it was not made for: they wrap, as TensorFlow Lite Micro's do. */
#define TC_SVDF(NAME, T, LOW, HIGH)                                                                                  \
    void NAME(const struct NAME *p, const int8_t *input, T *state, int8_t *output)                                   \
    {                                                                                                                \
        const int8_t *features = p->feature_weights;                                                                 \
        const T *time = p->time_weights;                                                                             \
        for (int32_t unit = 0; unit < p->units; unit++) {                                                            \
            uint32_t sum = (uint32_t)p->bias[unit];                                                                  \
            for (int32_t filter = 0; filter < p->rank; filter++) {                                                   \
                int32_t newest = tc_dot_s8(input, features, p->inputs, p->input_zero_point);                         \
                newest = tc_clamp(tc_requantize(newest, p->feature_multiplier, p->feature_shift), LOW, HIGH);        \
                features += p->inputs;                                                                               \
                for (int32_t i = 0; i < p->memory; i++) {                                                            \
                    state[i] = i + 1 < p->memory ? state[i + 1] : (T)(newest + p->state_zero_point);                 \
                    sum += (uint32_t)(time[i] * (state[i] - p->state_zero_point));                                   \
                }                                                                                                    \
                state += p->memory;                                                                                  \
                time += p->memory;                                                                                   \
            }                                                                                                        \
            const int32_t value = tc_requantize((int32_t)sum, p->multiplier, p->shift) + p->output_zero_point;       \
            *output++ = (int8_t)tc_clamp(value, p->min, p->max);                                                     \
        }                                                                                                            \
    }

#endif
