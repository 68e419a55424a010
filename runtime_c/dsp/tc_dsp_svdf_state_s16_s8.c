/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_dsp_dots.h"
#include "tc_dsp_svdf_state_s16_s8.h"
#include "tc_requantize.h"

/* Moves a memory on by one, its newest element in, and returns sum + its product with time weights, which wraps. */
TC_APART static int32_t remember(int16_t *state, const int16_t *time, int32_t count, int16_t newest, int32_t sum)
{
    const int16_t *const last = state + count - 1;
    for (; last - state >= 2; state += 2, time += 2) {
        const uint32_t two = tc_load32(state + 1);
        tc_store32(state, two);
        sum = tc_smlad(two, tc_load32(time), sum);
    }
    if (state != last) {
        state[0] = state[1];
        sum = tc_smlabb((uint32_t)*state++, (uint32_t)*time++, sum);
    }
    *state = newest;
    return tc_smlabb((uint32_t)newest, (uint32_t)*time, sum);
}

void tc_dsp_svdf_state_s16_s8(const struct tc_dsp_svdf_state_s16_s8 *p, const int8_t *input, int16_t *state, int8_t *output)
{
    const int32_t filters = p->units * p->rank;
    const uint32_t minus = tc_dsp_minus(p->input_zero_point);
    int32_t unit = 0, sum = 0, rank = 0;
    for (int32_t first = 0; first < filters; first += 4) {
        int32_t sums[4];
        const int32_t rows = tc_least(4, filters - first);
        tc_dsp_dots(input, minus, p->feature_weights + first * p->inputs, p->inputs, rows, sums);
        for (int32_t i = first; i < first + rows; i++) {
            const int32_t newest = tc_requantize(sums[i - first], p->feature_multiplier, p->feature_shift);
            sum = rank == 0 ? p->bias[unit] : sum;
            sum = remember(state + i * p->memory, p->time_weights + i * p->memory, p->memory,
                           (int16_t)tc_ssat(newest, 16), sum);
            if (++rank == p->rank) {
                const int32_t value = tc_requantize(sum, p->multiplier, p->shift) + p->output_zero_point;
                output[unit++] = (int8_t)tc_clamp(value, p->min, p->max);
                rank = 0;
            }
        }
    }
}
