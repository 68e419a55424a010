/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_strided_copy.h"
#include "tc_mve.h"
#include "tc_strided.h"

#define FARTHEST 9362 /* bytes apart: the last of eight elements is not farther than 65535 */

/* Offsets of eight elements, all positive: from the first one or, if they go backwards, from the last. */
TC_MVE_INLINE uint16x8_t offsets(int32_t step)
{
    return step < 0 ? vmulq_n_u16(vddupq_n_u16(7, 1), (uint16_t)-step) : vmulq_n_u16(vidupq_n_u16(0, 1), (uint16_t)step);
}

TC_CODE
static int8_t *gather_bytes(int8_t *out, const int8_t *in, int32_t count, int32_t step)
{
    const uint16x8_t at = offsets(step);
    in += step < 0 ? 7 * step : 0;
    for (; count >= 8; count -= 8, in += 8 * step, out += 8) {
        vstrbq_s16(out, vldrbq_gather_offset_s16(in, at));
    }
    if (count > 0) {
        const mve_pred16_t some = vctp16q((uint32_t)count);
        vstrbq_p_s16(out, vldrbq_gather_offset_z_s16(in, at, some), some);
    }
    return out + count;
}

TC_CODE
static int8_t *gather_halves(int8_t *out, const int8_t *in, int32_t count, int32_t step)
{
    const uint16x8_t at = offsets(step);
    int16_t *to = (int16_t *)(void *)out;
    in += step < 0 ? 7 * step : 0;
    for (; count > 0; count -= 8, in += 8 * step, to += 8) {
        const mve_pred16_t some = vctp16q((uint32_t)count);
        vst1q_p_s16(to, vldrhq_gather_offset_z_s16((const int16_t *)(const void *)in, at, some), some);
    }
    return (int8_t *)(to + count);
}

TC_CODE
static int8_t *gather_words(int8_t *out, const int8_t *in, int32_t count, int32_t step)
{
    const uint32x4_t at = vmulq_n_u32(vidupq_n_u32(0, 1), (uint32_t)step); /* modulo 2^32 */
    int32_t *to = (int32_t *)(void *)out;
    for (; count > 0; count -= 4, in += 4 * step, to += 4) {
        const mve_pred16_t some = vctp32q((uint32_t)count);
        vst1q_p_s32(to, vldrwq_gather_offset_z_s32((const int32_t *)(const void *)in, at, some), some);
    }
    return (int8_t *)(to + count);
}

/* Elements are gathered if they are where elements of their size are read, words of a row of four bytes maybe not. */
TC_CODE
static int8_t *copy_row(int8_t *out, const int8_t *in, int32_t count, int32_t step, int32_t run)
{
    const int aligned = (((uintptr_t)in | (uintptr_t)out | (uintptr_t)(uint32_t)step) & (uintptr_t)(run - 1)) == 0;
    const int near = -FARTHEST <= step && step <= FARTHEST;
    if (run == 1 && near) {
        return gather_bytes(out, in, count, step);
    }
    if (run == 2 && aligned && near) {
        return gather_halves(out, in, count, step);
    }
    if (run == 4 && aligned) {
        return gather_words(out, in, count, step);
    }
    return tc_copy_elements(out, in, count, step, run);
}

void tc_mve_strided_copy(const struct tc_mve_strided_copy *p, const void *input, void *output)
{
    tc_copy_view(p->shape, p->steps, (const int8_t *)input + p->start, output, p->run, copy_row);
}
