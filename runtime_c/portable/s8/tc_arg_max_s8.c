/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_arg_max_s8.h"

void tc_arg_max_s8(const struct tc_arg_max_s8 *p, const int8_t *input, void *output)
{
    int32_t *narrow = output;
    int64_t *wide = output;
    for (int32_t outer = 0; outer < p->outer; outer++) {
        for (int32_t inner = 0; inner < p->inner; inner++) {
            const int8_t *x = input + outer * p->extent * p->inner + inner;
            int32_t best = 0, best_value = *x * p->sign;
            for (int32_t i = 1; i < p->extent; i++) {
                const int32_t value = x[i * p->inner] * p->sign;
                if (value > best_value) {
                    best = i;
                    best_value = value;
                }
            }
            if (p->int64_output != 0) {
                *wide++ = best;
            } else {
                *narrow++ = best;
            }
        }
    }
}
