/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_svdf_s8.h"
#include "tc_mve.h"
#include "tc_requantize.h"

/* The sum of (x - zero_point) * w. */
TC_CODE
static int32_t dot(const int8_t *x, const int8_t *w, int32_t count, int32_t zero_point)
{
    int32_t sum = 0, of_weights = 0;
    for (; count >= 16; count -= 16, x += 16, w += 16) {
        const int8x16_t v = vld1q_s8(w);
        sum = vmladavaq_s8(sum, vld1q_s8(x), v);
        of_weights = vaddvaq_s8(of_weights, v);
    }
    if (count) {
        const mve_pred16_t some = vctp8q((uint32_t)count);
        const int8x16_t v = vld1q_z_s8(w, some);
        sum = vmladavaq_s8(sum, vld1q_z_s8(x, some), v);
        of_weights = vaddvaq_s8(of_weights, v);
    }
    return sum - zero_point * of_weights;
}

void tc_mve_svdf_s8(const struct tc_mve_svdf_s8 *p, const int8_t *input, int8_t *state, int8_t *output)
{
    const int8_t *features = p->feature_weights, *time = p->time_weights;
    for (int32_t unit = 0; unit < p->units; unit++) {
        int32_t sum = p->bias[unit];
        for (int32_t filter = 0; filter < p->rank; filter++) {
            int32_t newest = dot(input, features, p->inputs, p->input_zero_point);
            newest = tc_clamp(tc_requantize(newest, p->feature_multiplier, p->feature_shift), INT8_MIN, INT8_MAX);
            tc_mve_copy(state, state + 1, p->memory - 1); /* upwards: a vector is read before it is written */
            state[p->memory - 1] = (int8_t)(newest + p->state_zero_point);
            sum = (int32_t)((uint32_t)sum + (uint32_t)dot(state, time, p->memory, p->state_zero_point));
            features += p->inputs;
            state += p->memory;
            time += p->memory;
        }
        const int32_t value = tc_requantize(sum, p->multiplier, p->shift) + p->output_zero_point;
        *output++ = (int8_t)tc_clamp(value, p->min, p->max);
    }
}
