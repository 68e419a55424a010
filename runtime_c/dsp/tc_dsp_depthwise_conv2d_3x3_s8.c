/* SPDX-License-Identifier: Apache-2.0 */
/* Four channels at a time: their pixels are transposed into planes with borders, then each plane is convolved by
 * itself, so that no window has to ask where the image ends.
 *
 * A word of a plane is 4 neighbours x0..x3 of a row; its even and odd bytes are the halves {x0, x2} and {x1, x3}. SMLAD of
 * one of these with {w0, w2} and SMLAxy with w1 are the three products of a row of the filter. Weights count 256 times,
 * for the sake of the requantisation: docs/kernels-dsp.md. */
#include "tc_dsp_clamp.h"
#include "tc_dsp_depthwise_conv2d_3x3_s8.h"
#include "tc_dsp_planes.h"

/* A row of one plane, then that of the next; at the end of its results stands a pixel at a multiple of ROW. Inner loops end
 * there. */
enum { ROW = 32, LINE = 4 * ROW, SHIFT = 10 };

/* A plane, or a strip of it, and what becomes of it. */
struct tc_plane {
    uint32_t w[5]; /* {w0, w2} of each row; {w1 of row 0, of row 1}, {w1 of row 2, 0} */
    int32_t m, c;
    int32_t output_line; /* bytes from row to row of the output */
    int32_t odd;         /* the stride where columns are odd, else 0 */
    int32_t next_input;  /* bytes from the end of one turn of rows to the next */
    int32_t next_output;
    int32_t bias;
    int32_t rows;
    int32_t output_step;
    int32_t columns; /* of the output; what follows is for C only */
};

#ifdef TC_NAKED
/* r0 pixels, r1 output, r2 its step, r3-r5 outer weights, r6 r7 middle weights, r8 r9 sums of the upper row, r10 r11 of
 * the lower, r12 lr pixels. Stack: m, c, output_line, odd, next_input, next_output, bias, rows. */
#define BEGIN                                                                                          \
    " push {r4-r11, lr}\n sub sp, sp, #32\n"                                                           \
    " ldm r2!, {r3-r7}\n ldm r2!, {r8-r12, lr}\n stm sp, {r8-r12, lr}\n"                               \
    " ldm r2, {r8-r10}\n mov r2, r10\n strd r8, r9, [sp, #24]\n"

/* Of a row with an odd number of results the last one is computed with its neighbour once more. */
#define END_OF_ROW(step, next)                                                                         \
    " tst r0, #" #step "\n bne 1b\n"                                                                   \
    " ldr r12, [sp, #12]\n bics r12, r12, r0\n beq " next "\n subs r0, r0, r12\n subs r1, r1, r2\n b 1b\n"
#define END_OF_ROWS(step, rows, more)                                                                  \
    END_OF_ROW(step, "2f")                                                                             \
    "2: ldrd r12, lr, [sp, #16]\n add r0, r0, r12\n add r1, r1, lr\n"                                  \
    " ldr r12, [sp, #28]\n subs r12, r12, #" #rows "\n str r12, [sp, #28]\n " more "\n"

#define END " add sp, sp, #32\n pop {r4-r11, pc}\n"

/* Two rows of results at a time; for a last odd row, one. */
TC_CODE TC_NAKED static void stride_1(TC_UNUSED const int8_t *x, TC_UNUSED int8_t *y, TC_UNUSED const struct tc_plane *p)
{
    __asm__ volatile(
        BEGIN
        " cmp r9, #1\n beq 5f\n"
        "1: ldr r8, [sp, #24]\n ldr r10, [r0, #128]\n ldr r12, [r0], #2\n mov r11, r8\n"
        " sxtb16 lr, r12, ror #8\n sxtb16 r12, r12\n"
        " smlad r9, lr, r3, r8\n smlad r8, r12, r3, r8\n smlatb r9, r12, r6, r9\n smlabb r8, lr, r6, r8\n"
        " sxtb16 r12, r10\n sxtb16 lr, r10, ror #8\n"
        " smlad r10, r12, r3, r11\n smlad r8, r12, r4, r8\n smlad r11, lr, r3, r11\n smlad r9, lr, r4, r9\n"
        " smlabb r10, lr, r6, r10\n smlabt r8, lr, r6, r8\n ldr lr, [r0, #254]\n"
        " smlatt r9, r12, r6, r9\n smlatb r11, r12, r6, r11\n"
        " sxtb16 r12, lr\n sxtb16 lr, lr, ror #8\n"
        " smlad r8, r12, r5, r8\n smlad r10, r12, r4, r10\n smlad r9, lr, r5, r9\n smlad r11, lr, r4, r11\n"
        " smlabb r8, lr, r7, r8\n smlabt r10, lr, r6, r10\n ldr lr, [r0, #382]\n"
        " smlatb r9, r12, r7, r9\n smlatt r11, r12, r6, r11\n"
        " sxtb16 r12, lr\n sxtb16 lr, lr, ror #8\n"
        " smlad r10, r12, r5, r10\n smlad r11, lr, r5, r11\n smlabb r10, lr, r7, r10\n smlatb r11, r12, r7, r11\n"
        " ldrd r12, lr, [sp]\n"
        " smmla r8, r8, r12, lr\n smmla r9, r9, r12, lr\n smmla r10, r10, r12, lr\n smmla r11, r11, r12, lr\n"
        " ssat r8, #8, r8, asr #10\n ssat r9, #8, r9, asr #10\n ssat r10, #8, r10, asr #10\n ssat r11, #8, r11, asr #10\n"
        " ldr r12, [sp, #8]\n strb r9, [r1, r2]\n add r12, r12, r1\n"
        " strb r8, [r1]\n strb r10, [r12]\n strb r11, [r12, r2]\n add r1, r1, r2, lsl #1\n"
        END_OF_ROWS(30, 2, "beq 4f\n cmp r12, #1\n bne 1b")
        "5:\n"
        "1: ldr r10, [r0, #128]\n ldr r12, [r0], #2\n ldr r8, [sp, #24]\n"
        " sxtb16 lr, r12, ror #8\n sxtb16 r12, r12\n"
        " smlad r9, lr, r3, r8\n smlad r8, r12, r3, r8\n smlabb r8, lr, r6, r8\n smlatb r9, r12, r6, r9\n"
        " sxtb16 lr, r10, ror #8\n sxtb16 r12, r10\n ldr r11, [r0, #254]\n"
        " smlad r8, r12, r4, r8\n smlad r9, lr, r4, r9\n smlabt r8, lr, r6, r8\n smlatt r9, r12, r6, r9\n"
        " sxtb16 lr, r11, ror #8\n sxtb16 r12, r11\n ldrd r10, r11, [sp]\n"
        " smlad r8, r12, r5, r8\n smlad r9, lr, r5, r9\n smlabb r8, lr, r7, r8\n smlatb r9, r12, r7, r9\n"
        " smmla r8, r8, r10, r11\n smmla r9, r9, r10, r11\n"
        " ssat r8, #8, r8, asr #10\n ssat r9, #8, r9, asr #10\n"
        " strb r8, [r1]\n strb r9, [r1, r2]\n add r1, r1, r2, lsl #1\n"
        END_OF_ROW(30, "4f")
        "4:" END);
}

TC_CODE TC_NAKED static void stride_2(TC_UNUSED const int8_t *x, TC_UNUSED int8_t *y, TC_UNUSED const struct tc_plane *p)
{
    __asm__ volatile(
        BEGIN
        "1: ldr r8, [sp, #24]\n ldr r11, [r0, #2]\n ldr r12, [r0], #4\n"
        " sxtb16 r11, r11\n sxtb16 lr, r12, ror #8\n sxtb16 r12, r12\n"
        " smlad r9, r11, r3, r8\n smlad r8, r12, r3, r8\n ldr r10, [r0, #126]\n ldr r12, [r0, #124]\n"
        " smlatb r9, lr, r6, r9\n smlabb r8, lr, r6, r8\n"
        " sxtb16 r11, r10\n sxtb16 lr, r12, ror #8\n sxtb16 r12, r12\n"
        " smlad r9, r11, r4, r9\n smlad r8, r12, r4, r8\n ldr r10, [r0, #254]\n ldr r12, [r0, #252]\n"
        " smlatt r9, lr, r6, r9\n smlabt r8, lr, r6, r8\n"
        " sxtb16 r11, r10\n sxtb16 lr, r12, ror #8\n sxtb16 r12, r12\n"
        " smlad r9, r11, r5, r9\n smlad r8, r12, r5, r8\n smlatb r9, lr, r7, r9\n smlabb r8, lr, r7, r8\n"
        " ldrd r12, lr, [sp]\n smmla r8, r8, r12, lr\n smmla r9, r9, r12, lr\n"
        " ssat r8, #8, r8, asr #10\n ssat r9, #8, r9, asr #10\n"
        " strb r8, [r1]\n strb r9, [r1, r2]\n add r1, r1, r2, lsl #1\n"
        END_OF_ROWS(28, 1, "bne 1b")
        END);
}
#else
/* Of a row of pixels {x0, x2} and {x1, x3}, and what the second result has in place of these. */
struct tc_pixels {
    uint32_t even, odd, even1, odd1;
};

TC_INLINE struct tc_pixels pixels(const int8_t *x, int stride)
{
    const uint32_t word = tc_load32(x), even = tc_sxtb16(word), odd = tc_sxtb16_ror8(word);
    const struct tc_pixels found = {even, odd, stride == 1 ? odd : tc_sxtb16(tc_load32(x + 2)), stride == 1 ? even : odd};
    return found;
}

TC_INLINE int8_t leave(int32_t sum, int32_t m, int32_t c)
{
    return (int8_t)tc_ssat(tc_smmla(sum, m, c) >> SHIFT, 8);
}

/* A row of results or two. Of an odd number the last one is computed with its neighbour once more. */
TC_INLINE void turns(const struct tc_plane *p, const int8_t *x, int8_t *y, int stride, int two)
{
    const uint32_t w0 = p->w[0], w1 = p->w[1], w2 = p->w[2], middle01 = p->w[3], middle2 = p->w[4];
    const int32_t bias = p->bias, m = p->m, c = p->c, step = p->output_step, line = p->output_line;
    for (int32_t left = p->columns; left > 0; left -= 2, x += 2 * stride, y += 2 * step) {
        if (left == 1) {
            x -= stride;
            y -= step;
        }
        struct tc_pixels r = pixels(x, stride);
        int32_t a0 = tc_smlabb(r.odd, middle01, tc_smlad(r.even, w0, bias)), b0 = bias;
        int32_t a1 = tc_smlatb(r.odd1, middle01, tc_smlad(r.even1, w0, bias)), b1 = bias;
        r = pixels(x + LINE, stride);
        a0 = tc_smlabt(r.odd, middle01, tc_smlad(r.even, w1, a0));
        a1 = tc_smlatt(r.odd1, middle01, tc_smlad(r.even1, w1, a1));
        if (two) {
            b0 = tc_smlabb(r.odd, middle01, tc_smlad(r.even, w0, b0));
            b1 = tc_smlatb(r.odd1, middle01, tc_smlad(r.even1, w0, b1));
        }
        r = pixels(x + 2 * LINE, stride);
        a0 = tc_smlabb(r.odd, middle2, tc_smlad(r.even, w2, a0));
        a1 = tc_smlatb(r.odd1, middle2, tc_smlad(r.even1, w2, a1));
        y[0] = leave(a0, m, c);
        y[step] = leave(a1, m, c);
        if (two) {
            b0 = tc_smlabt(r.odd, middle01, tc_smlad(r.even, w1, b0));
            b1 = tc_smlatt(r.odd1, middle01, tc_smlad(r.even1, w1, b1));
            r = pixels(x + 3 * LINE, stride);
            y[line] = leave(tc_smlabb(r.odd, middle2, tc_smlad(r.even, w2, b0)), m, c);
            y[line + step] = leave(tc_smlatb(r.odd1, middle2, tc_smlad(r.even1, w2, b1)), m, c);
        }
    }
}

TC_CODE
static void stride_1(const int8_t *x, int8_t *y, const struct tc_plane *p)
{
    int32_t row = 0;
    for (; row + 1 < p->rows; row += 2) {
        turns(p, x + row * LINE, y + row * p->output_line, 1, 1);
    }
    if (row < p->rows) {
        turns(p, x + row * LINE, y + row * p->output_line, 1, 0);
    }
}

TC_CODE
static void stride_2(const int8_t *x, int8_t *y, const struct tc_plane *p)
{
    for (int32_t row = 0; row < p->rows; row++) {
        turns(p, x + 2 * row * LINE, y + row * p->output_line, 2, 0);
    }
}
#endif

/* Both halves divided by 2^s, which leaves no rest. */
static inline uint32_t shifted(uint32_t pair, int s)
{
    return ((uint32_t)(tc_bottom(pair) >> s) & 0xffffu) | ((uint32_t)(tc_top(pair) >> s) << 16);
}

static inline void expand(const int8_t *taps, const int32_t *constants, struct tc_plane *plane)
{
    const uint32_t a = tc_load32(taps), b = tc_load32(taps + 4), last = (uint32_t)taps[8] & 0xffffu;
    const int s = taps[9];
    uint32_t *const w = plane->w;
    w[0] = (a << 8) & 0xff00ff00u;
    w[1] = a & 0xff00ff00u;
    w[2] = (b << 8) & 0xff00ff00u;
    w[3] = b & 0xff00ff00u;
    w[4] = last << 8;
    for (int i = 0; s < 8 && i < 5; i++) {
        w[i] = shifted(w[i], 8 - s);
    }
    plane->bias = constants[0];
    plane->m = constants[1];
    plane->c = constants[2];
}

/* A channel for which no m and c are right: as TFLite has it. */
TC_APART static void exactly(const struct tc_dsp_depthwise_conv2d_3x3_s8 *p, const int32_t *exact, const struct tc_plane *plane,
                    const int8_t *x, int8_t *y)
{
    const int8_t *const w = p->taps + 10 * exact[0]; /* in the order that words of pixels want */
    for (int32_t row = 0; row < plane->rows; row++) {
        for (int32_t column = 0; column < plane->columns; column++) {
            const int8_t *const upper = x + row * p->stride * LINE + column * p->stride;
            const int8_t *const middle = upper + LINE, *const lower = middle + LINE;
            const int32_t sum = exact[1] + upper[0] * w[0] + upper[1] * w[5] + upper[2] * w[2]
                                + middle[0] * w[1] + middle[1] * w[7] + middle[2] * w[3]
                                + lower[0] * w[4] + lower[1] * w[8] + lower[2] * w[6];
            const int32_t value = tc_smmlar(2 * sum, exact[2], exact[4]) + (sum >> 31);
            y[row * plane->output_line + column * plane->output_step] = (int8_t)tc_ssat(value >> exact[3], 8);
        }
    }
}

/* Four channels of `rows`, one by one, from byte `at` on; one outside of the image is NULL. */
TC_APART static void fill_rows(const struct tc_dsp_planes *planes, const int8_t *const *rows, int32_t at)
{
    struct tc_dsp_planes row = *planes;
    row.rows = 1;
    for (int32_t i = planes->rows; i; i--, rows++, row.to += LINE) {
        if (*rows) {
            row.from = *rows + at;
            tc_dsp_fill_planes(&row, ROW);
        }
    }
}

/* Results of channels c to c + 3, whose planes end ROW bytes one after the other; those of the first at `x`. */
TC_INLINE void convolve_four(const struct tc_dsp_depthwise_conv2d_3x3_s8 *p, struct tc_plane *plane, int32_t c,
                             const int8_t *x, int8_t *y, int32_t stride, const int32_t *exact_end)
{
    for (int32_t i = 0; i < 4; i++) {
        expand(p->taps + 10 * (c + i), p->leave + 3 * (c + i), plane);
        (stride == 1 ? stride_1 : stride_2)(x + i * ROW, y + i, plane);
    }
    for (const int32_t *exact = p->exact; exact != exact_end; exact += 5) {
        const int32_t i = exact[0] - c;
        if (i >= 0 && i < 4) {
            exactly(p, exact, plane, x + i * ROW, y + i);
        }
    }
}

/* Rows and columns of the output from (y, x) on, of all channels; with `input_rows` one row, of those under it. */
TC_CODE
static void compute(const struct tc_dsp_depthwise_conv2d_3x3_s8 *p, const int8_t *input, const int8_t *const *input_rows,
                    int8_t *output, int8_t *scratch, int32_t y, int32_t x)
{
    const int32_t stride = p->stride, rows = tc_least(p->band, p->output_h - y), columns = tc_least(p->strip, p->output_w - x);
    const int32_t top = y * stride - p->pad_top, left = x * stride - p->pad_left;
    const int32_t bottom = tc_least(top + (rows - 1) * stride + 3, p->input_h);
    const int32_t right = tc_least(left + (columns - 1) * stride + 3, p->input_w);
    const int32_t first_row = top > 0 ? top : 0, first_column = left > 0 ? left : 0;
    const int32_t at_once = stride == 1 && rows > 1 ? 2 : 1;

    /* Results end at a multiple of ROW. */
    int8_t *const start = scratch + (ROW - (uintptr_t)scratch % ROW) % ROW + ROW - columns / 2 * 2 * stride;
    struct tc_dsp_planes planes = {
        .from = input_rows ? NULL : input + first_row * p->input_line + first_column * p->input_step,
        .to = start + (first_row - top) * LINE + first_column - left,
        .rows = bottom - first_row, .columns = right - first_column,
        .step = p->input_step, .line = p->input_line, .plane_line = LINE,
        .zero = (uint8_t)p->input_zero_point * 0x01010101u,
    };
    struct tc_plane plane = {
        .output_line = p->output_line, .odd = columns % 2 ? stride : 0,
        .next_input = at_once * stride * LINE - columns * stride,
        .next_output = at_once * p->output_line - columns * p->output_step,
        .rows = rows, .output_step = p->output_step, .columns = columns,
    };
    tc_fill32(start, ((rows - 1) * stride + 3) * LINE - ROW + (columns - 1) * stride + 3, planes.zero);
    output += y * p->output_line + x * p->output_step;
    const int32_t *const exact_end = p->exact + 5 * p->exact_count;
    for (int32_t c = 0; c < p->channels;) {
        if (input_rows) {
            fill_rows(&planes, input_rows, first_column * p->input_step + c);
        } else {
            tc_dsp_fill_planes(&planes, ROW);
        }
        convolve_four(p, &plane, c, start, output, stride, exact_end);
        /* Where fewer than four channels are left, they go with others once more. */
        const int32_t step = tc_least(4, p->channels - 4 - c);
        if (step <= 0) {
            break;
        }
        c += step;
        planes.from += input_rows ? 0 : step;
        output += step;
    }
}

void tc_dsp_depthwise_conv2d_3x3_s8(const struct tc_dsp_depthwise_conv2d_3x3_s8 *p, const int8_t *input,
                                    int8_t *output, void *scratch)
{
    for (int32_t y = 0; y < p->output_h; y += p->band) {
        for (int32_t x = 0; x < p->output_w; x += p->strip) {
            compute(p, input, NULL, output, scratch, y, x);
        }
    }
    tc_dsp_clamp(output, p->output_h * p->output_w * p->channels, p->min, p->max);
}

void tc_dsp_depthwise_conv2d_3x3_s8_row(const void *params, const int8_t *const *rows, int8_t *output)
{
    const struct tc_dsp_depthwise_conv2d_3x3_s8 *const p = params;
    for (int32_t x = 0; x < p->output_w; x += p->strip) {
        compute(p, NULL, rows, output, tc_row_scratch(rows[3]), 0, x);
    }
    tc_dsp_clamp(output, p->output_w * p->channels, p->min, p->max);
}
