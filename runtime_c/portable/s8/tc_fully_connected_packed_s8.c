/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_fully_connected_packed_s8.h"
#include "tc_packed.h"
#include "tc_requantize.h"

void tc_fully_connected_packed_s8(const struct tc_fully_connected_packed_s8 *p, const int8_t *input,
                                  int8_t *output)
{
    const int32_t bytes = tc_packed_bytes(p->input_n, p->bits);
    const unsigned mask = (1u << p->bits) - 1;

    for (int32_t row = 0; row < p->rows; row++) {
        const uint8_t *w = p->weights;
        const int8_t *codebook = p->codebook;
        for (int32_t n = 0; n < p->output_n; n++) {
            uint32_t sum = (uint32_t)p->bias[n];
            for (int32_t k = 0, byte = 0; k < p->input_n; byte++) {
                const unsigned indices = w[byte];
                for (unsigned bit = 0; bit < 8 && k < p->input_n; bit += (unsigned)p->bits) {
                    sum += (uint32_t)(input[k++] * codebook[indices >> bit & mask]);
                }
            }
            w += bytes;
            codebook += p->codebook_step;
            const int32_t value = tc_requantize((int32_t)sum, p->multipliers[n], p->shifts[n]) + p->output_zero_point;
            *output++ = (int8_t)tc_clamp(value, p->min, p->max);
        }
        input += p->input_n;
    }
}
