/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_softmax_f32.h"

#include <math.h>

void tc_softmax_f32(const struct tc_softmax_f32 *p, const float *input, float *output)
{
    for (int32_t row = 0; row < p->rows; row++) {
        float max = input[0];
        for (int32_t i = 1; i < p->depth; i++) {
            max = input[i] > max ? input[i] : max;
        }
        float sum = 0.0f;
        for (int32_t i = 0; i < p->depth; i++) {
            const float below = input[i] - max;
            const float power = expf(below);
            sum += power;
            output[i] = p->logarithm ? below : power;
        }
        const float logarithm = p->logarithm ? logf(sum) : 0.0f;
        for (int32_t i = 0; i < p->depth; i++) {
            output[i] = p->logarithm ? output[i] - logarithm : output[i] / sum;
        }
        input += p->depth;
        output += p->depth;
    }
}
