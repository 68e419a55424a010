/* SPDX-License-Identifier: Apache-2.0 */
/* Of each 4x4 tile of the input 16 sums and differences, times 16 of each filter, make 2x2 results with 4 products a result
 * instead of 9. All is 64 times the plain sum, exactly: 4 for filters that are not halved, 16 to make the most of 16 bits.
 *
 * A strip is two rows of results. Its tiles' values stand in scratch as [16][pairs of tiles][pairs of channels][2 tiles],
 * channels of a pair as SXTB16 makes them of a word: (0, 2), (1, 3). */
#include "tc_dsp_conv2d_winograd_s8.h"
#include "tc_dsp_clamp.h"
#include "tc_requantize.h"

/* Down each column of four rows, for 4 channels: to [4][width + 2] of 2 words. */
TC_CODE
static void columns(const int8_t *const row[4], uint32_t *t, int32_t width, int32_t depth)
{
    const int8_t *r0 = row[0], *r1 = row[1], *r2 = row[2], *r3 = row[3];
    const int32_t line = 2 * (width + 2);
    t += 2;
    for (int32_t i = width; i; i--, t += 2) {
        const uint32_t d0 = tc_load32(r0), d1 = tc_load32(r1), d2 = tc_load32(r2), d3 = tc_load32(r3);
        const uint32_t e0 = tc_sxtb16(d0), e1 = tc_sxtb16(d1), e2 = tc_sxtb16(d2), e3 = tc_sxtb16(d3);
        const uint32_t o0 = tc_sxtb16_ror8(d0), o1 = tc_sxtb16_ror8(d1), o2 = tc_sxtb16_ror8(d2), o3 = tc_sxtb16_ror8(d3);
        t[0] = tc_ssub16(e0, e2);
        t[1] = tc_ssub16(o0, o2);
        t[line] = tc_sadd16(e1, e2);
        t[line + 1] = tc_sadd16(o1, o2);
        t[2 * line] = tc_ssub16(e2, e1);
        t[2 * line + 1] = tc_ssub16(o2, o1);
        t[3 * line] = tc_ssub16(e1, e3);
        t[3 * line + 1] = tc_ssub16(o1, o3);
        r0 += depth, r1 += depth, r2 += depth, r3 += depth;
    }
}

/* Along the rows, two tiles a turn; `v` is at the first pair of tiles, `apart` words from a value to the next. */
TC_CODE
static void rows(const uint32_t *t, uint32_t *v, int32_t width, int32_t depth, int32_t apart)
{
    for (int r = 0; r < 4; r++, t += 2 * (width + 2), v += 4 * apart) {
        for (int odd = 0; odd < 2; odd++) {
            const uint32_t *c = t + odd;
            uint32_t *to = v + 2 * odd;
            uint32_t c0 = c[0], c1 = c[2];
            for (int32_t i = width / 4; i; i--, c += 8, to += depth) {
                const uint32_t c2 = c[4], c3 = c[6], c4 = c[8], c5 = c[10];
                to[0] = tc_ssub16(c0, c2);
                to[1] = tc_ssub16(c2, c4);
                to[apart] = tc_sadd16(c1, c2);
                to[apart + 1] = tc_sadd16(c3, c4);
                to[2 * apart] = tc_ssub16(c2, c1);
                to[2 * apart + 1] = tc_ssub16(c4, c3);
                to[3 * apart] = tc_ssub16(c1, c3);
                to[3 * apart + 1] = tc_ssub16(c3, c5);
                c0 = c4;
                c1 = c5;
            }
        }
    }
}

/* Constants of a channel. */
struct channel {
    int32_t bias, m, c, d, shift, zero_point;
};

TC_INLINE int8_t leave(int32_t sum, const struct channel *k)
{
    if (k->m < 0) {
        const int32_t value = tc_requantize(sum >> 6, ~k->m, k->c) + k->zero_point;
        return (int8_t)tc_clamp(value, -128, 127);
    }
    return (int8_t)tc_ssat(tc_smmla(sum, k->m, k->c - (sum >> 31 & k->d)) >> k->shift, 8);
}

/* Products of a channel to results: m is [tiles][4 channels][16], y the output of the first tile, `line` to the row below. */
TC_CODE
static void finish(const int32_t *m, const struct channel *k, int8_t *y, int32_t tiles, int32_t depth, int32_t line)
{
    for (; tiles; tiles--, m += 64, y += 2 * depth) {
        /* Sums wrap on the way, as the products did. */
        const uint32_t *p = (const uint32_t *)m;
        const uint32_t p5 = p[5] + (uint32_t)k->bias; /* counts once in each of the four */
        uint32_t y00 = p[0] + p[1] + p[2], y01 = p[1] - p[2] - p[3];
        uint32_t y10 = p[4] + p5 + p[6], y11 = p5 - p[6] - p[7];
        y00 += y10;
        y01 += y11;
        const uint32_t s = p[8] + p[9] + p[10], d = p[9] - p[10] - p[11];
        y00 += s, y10 -= s;
        y01 += d, y11 -= d;
        y10 -= p[12] + p[13] + p[14];
        y11 -= p[13] - p[14] - p[15];
        y[0] = leave((int32_t)y00, k);
        y[depth] = leave((int32_t)y01, k);
        y[line] = leave((int32_t)y10, k);
        y[line + depth] = leave((int32_t)y11, k);
    }
}

void tc_dsp_conv2d_winograd_s8(const struct tc_dsp_conv2d_winograd_s8 *p, const int8_t *input, int8_t *output,
                               void *scratch)
{
    const int32_t width = p->width, depth = p->input_c, n = p->output_c;
    const int32_t apart = width / 2 * depth / 2; /* words of one of the 16 values */
    const int32_t line = width * depth;          /* bytes of a row */
    int8_t *const border = scratch;
    uint32_t *const t = (uint32_t *)scratch + line / 4, *const v = t + 8 * (width + 2);
    int32_t *const m = (int32_t *)(v + 16 * apart);

    memset(border, p->input_zero_point, (size_t)line);
    for (int r = 0; r < 4; r++) { /* the borders left and right are the same in all strips */
        const uint32_t z = r == 1 ? ((uint32_t)(2 * p->input_zero_point) & 0xffffu) * 0x00010001u : 0;
        uint32_t *b = t + r * 2 * (width + 2);
        b[0] = b[1] = b[2 * width + 2] = b[2 * width + 3] = z;
    }
    for (int32_t y = 0; y < p->height; y += 2) {
        for (int32_t c = 0; c < depth; c += 4) {
            const int8_t *here = input + y * line + c;
            const int8_t *row[4] = {y ? here - line : border, here, here + line,
                                    y + 2 < p->height ? here + 2 * line : border};
            columns(row, t, width, depth);
            rows(t, v + c, width, depth, apart);
        }
        const uint32_t *from = p->filters;
        for (int32_t c = 0; c < n; c += 4) {
            const uint32_t *k = from;
            from += p->is_signed ? 16 : 12;
            for (int i = 0; i < 16; i++, from += 2 * depth) {
                p->run(from, v + i * apart, m + i, m + i + 32 * width, 4 * depth);
            }
            for (int i = 0; i < 4; i++) {
                const struct channel channel = {(int32_t)k[i], (int32_t)k[4 + 2 * i], (int32_t)k[5 + 2 * i],
                                                p->is_signed ? (int32_t)k[12 + i] : 0, p->shift, p->output_zero_point};
                finish(m + 16 * i, &channel, output + y * width * n + c + i, width / 2, n, width * n);
            }
        }
    }
    tc_dsp_clamp(output, p->height * width * n, p->min, p->max);
}
