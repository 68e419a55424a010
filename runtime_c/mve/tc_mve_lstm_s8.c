/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_lstm_s8.h"
#include "tc_lstm.h"
#include "tc_mve_dots.h"
#include "tc_mve_requantize.h"
#include "tc_mve_sigmoid.h"

/* Room for sums of the products with x and h lies before the gates: int32, of all units, in fours. */
static inline int32_t room(int32_t n)
{
    return (n + 3) / 4 * 4;
}

/* 12 fractional bits, of sums that wrap. */
TC_MVE_INLINE int32x4_t leave(const int32_t *sums, const int32_t *biases, int32_t multiplier, int32_t shift,
                              mve_pred16_t some)
{
    const int32x4_t v = tc_mve_requantize(vaddq_s32(vld1q_s32(sums), vld1q_z_s32(biases, some)), multiplier, shift);
    return tc_mve_clamp_s32(v, INT16_MIN, INT16_MAX);
}

/* Both products saturate, and so does their sum. */
TC_CODE
static void make_gates(const struct tc_mve_lstm_s8 *p, const int8_t *x, const int8_t *h, int16_t *gates)
{
    const int32_t n = p->hidden_n;
    int32_t *const of_h = (int32_t *)(void *)gates - room(n), *const of_x = of_h - room(n);
    for (int32_t gate = 0; gate < 4; gate++) {
        const int32_t first = gate * n;
        tc_mve_dots(x, p->weights + first * p->input_n, p->input_n, n, of_x);
        tc_mve_dots(h, p->recurrent_weights + first * n, n, n, of_h);
        for (int32_t unit = 0; unit < n; unit += 4) {
            const mve_pred16_t some = vctp32q((uint32_t)(n - unit));
            int32x4_t v = leave(of_x + unit, p->biases + first + unit, p->multipliers[gate], p->shifts[gate], some);
            v = vaddq_s32(v, leave(of_h + unit, p->recurrent_biases + first + unit, p->recurrent_multipliers[gate],
                                   p->recurrent_shifts[gate], some));
            v = vmulq_n_s32(tc_mve_clamp_s32(v, INT16_MIN, INT16_MAX), 3); /* steps of 1 / (24 * 2^9) */
            v = gate == 3 ? tc_mve_tanh(p->table, v) : tc_mve_logistic(p->table, v);
            vstrhq_p_s32(gates + first + unit, v, some);
        }
    }
}

/* c = f * c + i * g; h = tanh(c) * o. */
TC_CODE
static void update(const struct tc_mve_lstm_s8 *p, const int16_t *gates, int8_t *h, int16_t *c)
{
    const int32_t n = p->hidden_n;
    for (int32_t left = n; left > 0; left -= 4, gates += 4, h += 4, c += 4) {
        const mve_pred16_t some = vctp32q((uint32_t)left);
        const int32x4_t i = vldrhq_z_s32(gates, some), o = vldrhq_z_s32(gates + n, some);
        const int32x4_t f = vldrhq_z_s32(gates + 2 * n, some), g = vldrhq_z_s32(gates + 3 * n, some);
        const int32x4_t kept = tc_mve_requantize(vmulq_s32(f, vldrhq_z_s32(c, some)), (int32_t)1 << 30, -14);
        int32x4_t v = tc_mve_requantize(vmulq_s32(i, g), p->cell_multiplier, p->cell_shift);
        v = vaddq_s32(kept, tc_mve_clamp_s32(v, INT16_MIN, INT16_MAX));
        v = tc_mve_clamp_s32(v, p->cell_min, p->cell_max);
        vstrhq_p_s32(c, v, some);
        v = tc_mve_tanh(p->table, vrshlq_n_s32(vmulq_n_s32(v, p->tanh_multiplier), -p->tanh_shift));
        v = tc_mve_requantize(vmulq_s32(v, o), p->output_multiplier, p->output_shift);
        v = tc_mve_clamp_s32(vaddq_n_s32(v, p->output_zero_point), INT8_MIN, INT8_MAX);
        vstrbq_p_s32(h, v, some);
    }
}

TC_LSTM_OF_GATES(tc_mve_lstm_s8, int8_t, 4 * room(n), make_gates, update)
