/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_dsp_dots.h"
#include "tc_dsp_svdf_s8.h"
#include "tc_requantize.h"

/* Moves a memory on by one, its newest element in, and returns sum + its product with time weights, which wraps. */
TC_CODE TC_APART static int32_t remember(int8_t *state, const int8_t *time, int32_t count, int8_t newest, int32_t zero_point,
                                 int32_t sum)
{
    const uint32_t minus = tc_dsp_minus(zero_point);
    int8_t *const last = state + count - 1;
    for (; last - state >= 4; state += 4, time += 4) {
        const uint32_t four = tc_load32(state + 1), w = tc_load32(time);
        tc_store32(state, four);
        sum = tc_smlad(tc_sxtab16(minus, four), tc_sxtb16(w), sum);
        sum = tc_smlad(tc_sxtab16_ror8(minus, four), tc_sxtb16_ror8(w), sum);
    }
    for (; state <= last; state++, time++) {
        *state = (int8_t)(state < last ? state[1] : newest);
        sum = tc_smlabb((uint32_t)(*state - zero_point), (uint32_t)*time, sum);
    }
    return sum;
}

void tc_dsp_svdf_s8(const struct tc_dsp_svdf_s8 *p, const int8_t *input, int8_t *state, int8_t *output)
{
    const int32_t filters = p->units * p->rank, zero_point = p->state_zero_point;
    const uint32_t minus = tc_dsp_minus(p->input_zero_point);
    int32_t unit = 0, sum = 0, rank = 0;
    for (int32_t first = 0; first < filters; first += 4) {
        int32_t sums[4];
        const int32_t rows = tc_least(4, filters - first);
        tc_dsp_dots(input, minus, p->feature_weights + first * p->inputs, p->inputs, rows, sums);
        for (int32_t i = first; i < first + rows; i++) {
            const int32_t newest = tc_requantize(sums[i - first], p->feature_multiplier, p->feature_shift);
            const int32_t kept = tc_ssat(newest, 8) + zero_point; /* wraps */
            sum = rank == 0 ? p->bias[unit] : sum;
            sum = remember(state + i * p->memory, p->time_weights + i * p->memory, p->memory,
                           (int8_t)(uint8_t)((uint32_t)kept & 0xffu), zero_point, sum);
            if (++rank == p->rank) {
                const int32_t value = tc_requantize(sum, p->multiplier, p->shift) + p->output_zero_point;
                output[unit++] = (int8_t)tc_clamp(value, p->min, p->max);
                rank = 0;
            }
        }
    }
}
