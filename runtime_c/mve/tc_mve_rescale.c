/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_rescale.h"
#include "tc_mve.h"

/* `from` and `to` are the bytes of elements, literals. */
TC_MVE_INLINE void rescale(const struct tc_mve_rescale *parameters, const void *input, void *output, int from, int to)
{
    const struct tc_mve_rescale p = *parameters; /* which bytes that are stored might change, for all C knows */
    const int32_t left = p.shift > 0 ? p.shift : 0, right = p.shift - left;
    const int8_t *in = input;
    int8_t *out = output;
    for (int32_t count = p.count; count > 0; count -= 4, in += 4 * from, out += 4 * to) {
        const mve_pred16_t some = vctp32q((uint32_t)count);
        int32x4_t v = from == 1 ? vldrbq_z_s32(in, some) : vldrhq_z_s32((const int16_t *)(const void *)in, some);
        v = vshlq_r_s32(vaddq_n_s32(v, -p.input_zero_point), left);
        v = vqrdmulhq_n_s32(v, p.multiplier);
        /* One less where the product is negative and is to be shifted: halves go away from 0. */
        v = vqaddq_s32(v, vshrq_n_s32(vandq_s32(v, vdupq_n_s32(right)), 31));
        v = vaddq_n_s32(vrshlq_n_s32(v, right), p.output_zero_point);
        v = vminq_s32(vmaxq_s32(v, vdupq_n_s32(p.min)), vdupq_n_s32(p.max));
        if (to == 1) {
            vstrbq_p_s32(out, v, some);
        } else {
            vstrhq_p_s32((int16_t *)(void *)out, v, some);
        }
    }
}

void tc_mve_rescale(const struct tc_mve_rescale *p, const void *input, void *output)
{
    if (p->input_size == 1) {
        rescale(p, input, output, 1, 2); /* between bytes it is a table */
    } else if (p->output_size == 1) {
        rescale(p, input, output, 2, 1);
    } else {
        rescale(p, input, output, 2, 2);
    }
}

void tc_mve_rescale_row(const void *params, const int8_t *const *rows, int8_t *output)
{
    tc_mve_rescale(params, rows[0], output);
}
