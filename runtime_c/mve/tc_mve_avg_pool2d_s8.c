/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_avg_pool2d_s8.h"
#include "tc_mve.h"
#include "tc_window.h"

/* What of a window is inside the input: its size, and the bytes from column to column and from row to row. */
struct window {
    int32_t height, width, step, line;
};

/* Of eight channels: 255 bytes fit 16 bits. */
TC_CODE
static int16x8_t sums(struct window seen, const int8_t *from, mve_pred16_t some)
{
    int16x8_t sum = vdupq_n_s16(0);
    for (int32_t ky = seen.height; ky > 0; ky--, from += seen.line) {
        const int8_t *at = from;
        for (int32_t kx = seen.width; kx > 0; kx--, at += seen.step) {
            sum = vaddq_s16(sum, vldrbq_z_s16(at, some));
        }
    }
    return sum;
}

/* n / count of n < 2^15 is n * factor / 2^(16 + shift): 2^shift < count, and factor, which is rounded up, has 16 bits.
 * It is too large by less than count / 2^(16 + shift) <= 2 / 2^16 of one, n of these by less than one of 1 / count. */
struct divisor {
    uint16_t factor;
    int32_t shift;
};

TC_CODE
static struct divisor divisor_of(int32_t count)
{
    struct divisor by = {0, 0};
    while ((int32_t)2 << by.shift < count) {
        by.shift++;
    }
    by.factor = (uint16_t)((((uint32_t)65536 << by.shift) + (uint32_t)count - 1) / (uint32_t)count);
    return by;
}

/* To nearest, halves away from 0. */
TC_CODE
static int16x8_t mean(int16x8_t sum, int32_t count, struct divisor by)
{
    if (count == 1) {
        return sum;
    }
    const int16x8_t sign = vshrq_n_s16(sum, 15);
    const uint16x8_t n = vreinterpretq_u16_s16(vaddq_n_s16(vabsq_s16(sum), (int16_t)(count / 2)));
    const uint16x8_t quotient = vshlq_r_u16(vmulhq_u16(n, vdupq_n_u16(by.factor)), -by.shift);
    return vsubq_s16(veorq_s16(vreinterpretq_s16_u16(quotient), sign), sign);
}

void tc_mve_avg_pool2d_s8(const struct tc_mve_avg_pool2d_s8 *p, const int8_t *input, int8_t *output)
{
    const int32_t row = p->input_w * p->channels;
    const int32_t step = p->dilation_w * p->channels, line = p->dilation_h * row;
    for (int32_t y = 0; y < p->output_h; y++) {
        const int32_t y0 = y * p->stride_h - p->pad_top;
        int32_t ky0, ky1;
        tc_clip_taps(y0, p->dilation_h, p->input_h, p->kernel_h, &ky0, &ky1);
        for (int32_t x = 0; x < p->output_w; x++, output += p->channels) {
            const int32_t x0 = x * p->stride_w - p->pad_left;
            int32_t kx0, kx1;
            tc_clip_taps(x0, p->dilation_w, p->input_w, p->kernel_w, &kx0, &kx1);
            const int8_t *from = input + ((y0 + ky0 * p->dilation_h) * row + (x0 + kx0 * p->dilation_w) * p->channels);
            const struct window seen = {ky1 - ky0, kx1 - kx0, step, line};
            const int32_t count = seen.height * seen.width;
            const struct divisor by = divisor_of(count);
            for (int32_t c = 0; c < p->channels; c += 8) {
                const mve_pred16_t some = vctp16q((uint32_t)(p->channels - c));
                int16x8_t v = mean(sums(seen, from + c, some), count, by);
                v = vminq_s16(vmaxq_s16(v, vdupq_n_s16(p->min)), vdupq_n_s16(p->max));
                vstrbq_p_s16(output + c, v, some);
            }
        }
    }
}
