/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_concat.h"
#include "tc_copy.h"
#include "tc_mve.h"

/* Copies `run` bytes and moves both pointers on behind them. */
TC_MVE_INLINE void append(int8_t **out, const int8_t **in, int32_t run)
{
#if defined(__ARM_FEATURE_MVE) && !defined(TC_NO_ASM)
    __asm__ volatile("wlstp.8 lr, %2, 2f\n 1: vldrb.u8 q0, [%1], #16\n vstrb.8 q0, [%0], #16\n letp lr, 1b\n 2:"
                     : "+r"(*out), "+r"(*in)
                     : "r"(run)
                     : "q0", "lr", "memory");
#else
    for (int32_t left = run; left > 0; left -= 16, *out += 16, *in += 16) {
        const mve_pred16_t some = vctp8q((uint32_t)left);
        vst1q_p_s8(*out, vld1q_z_s8(*in, some), some);
    }
#endif
    const int32_t over = -run & 15;
    *out -= over;
    *in -= over;
}

/* `in` are the inputs, or rows of them; of each, run `row` is next. */
TC_CODE
static void concat(const struct tc_mve_concat *p, const void *const *in, int8_t *out)
{
    const int32_t *const runs = p->runs, count = p->count;
    if (count == 2) { /* the usual number, whose places need no tables */
        const int8_t *first = in[0], *second = in[1];
        const int32_t of_first = runs[0], of_second = runs[1];
        for (int32_t left = p->rows; left > 0; left--) {
            append(&out, &first, of_first);
            append(&out, &second, of_second);
        }
        return;
    }
    for (int32_t row = 0; row < p->rows; row++) {
        for (int32_t i = 0; i < count; i++) {
            tc_copy(out, (const int8_t *)in[i] + row * runs[i], runs[i]);
            out += runs[i];
        }
    }
}

void tc_mve_concat(const struct tc_mve_concat *p, const void *const *inputs, void *output)
{
    concat(p, inputs, output);
}

void tc_mve_concat_row(const void *params, const int8_t *const *rows, int8_t *output)
{
    concat(params, (const void *const *)rows, output);
}
