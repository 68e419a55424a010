/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_broadcast.h"
#include "tc_dsp_add_s8.h"
#include "tc_dsp_clamp.h"

enum { SHIFT = 16 };
static const uint32_t HIGH = 0xff00ff00u; /* a byte in the upper half of a halfword is 256 times its value */

/* Where scales have a common measure, exact halves occur; those of negative results are rounded down. */
TC_INLINE int8_t leave(int32_t sum, int32_t half)
{
    const int32_t value = half ? sum - (int32_t)((uint32_t)sum >> 30) + half : sum;
    return (int8_t)tc_ssat(value >> SHIFT, 8);
}

TC_INLINE void add(const struct tc_dsp_add_s8 *p, const int8_t *x, const int8_t *y, int8_t *output, int32_t half)
{
    const int32_t a = p->factor1, b = p->factor2, c = p->constant, count = p->shape[TC_AXES - 1];
    int8_t *const end = output + count;
    for (int32_t words = count / 4; words > 0; words--, x += 4, y += 4, output += 4) {
        const uint32_t u = tc_load32(x), v = tc_load32(y);
        const uint32_t u13 = u & HIGH, v13 = v & HIGH, u02 = (u << 8) & HIGH, v02 = (v << 8) & HIGH;
        const int32_t r0 = tc_smlawb(b, v02, tc_smlawb(a, u02, c)), r1 = tc_smlawb(b, v13, tc_smlawb(a, u13, c));
        const int32_t r2 = tc_smlawt(b, v02, tc_smlawt(a, u02, c)), r3 = tc_smlawt(b, v13, tc_smlawt(a, u13, c));
        output[0] = leave(r0, half);
        output[1] = leave(r1, half);
        output[2] = leave(r2, half);
        output[3] = leave(r3, half);
    }
    while (output != end) {
        const uint32_t u = (uint32_t)*x++ << 8, v = (uint32_t)*y++ << 8;
        *output++ = leave(tc_smlawb(b, v, tc_smlawb(a, u, c)), half);
    }
}

void tc_dsp_add_s8(const struct tc_dsp_add_s8 *p, const int8_t *input1, const int8_t *input2, int8_t *output)
{
    const int32_t count = p->shape[TC_AXES - 1];
    struct tc_row row = {{0}, 0, 0};
    do {
        if (p->half) {
            add(p, input1 + row.first, input2 + row.second, output, p->half);
        } else {
            add(p, input1 + row.first, input2 + row.second, output, 0);
        }
        tc_dsp_clamp(output, count, p->min, p->max);
        output += count;
    } while (tc_next_row(&row, p->shape, p->steps1, p->steps2));
}

void tc_dsp_add_s8_row(const void *params, const int8_t *const *rows, int8_t *output)
{
    tc_dsp_add_s8(params, rows[0], rows[1], output);
}
