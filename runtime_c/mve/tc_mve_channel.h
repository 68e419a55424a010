/* SPDX-License-Identifier: Apache-2.0 */
/* Four sums of one channel at a time, of depthwise convolutions. Private to them. */
#ifndef TC_MVE_CHANNEL_H
#define TC_MVE_CHANNEL_H

#include "tc_mve.h"
#include "tc_mve_patches.h"

/* How sums become outputs, as in tc_mve_dense.h: (sum * 2^left + offset) * m ... */
struct tc_mve_leaving {
    int32_t scale, shift; /* scale is 0 for the general requantisation */
    int32_t zero_point;
};
struct tc_mve_channel {
    int32_t offset, m, left, right;
};

/* The next channel's of `words`; `is_short` is a literal. */
TC_MVE_INLINE struct tc_mve_channel tc_mve_next_channel(const struct tc_mve_leaving *p, const int32_t **words,
                                                        int is_short)
{
    struct tc_mve_channel k = {(*words)[0], (*words)[1], 0, p->shift};
    if (is_short) {
        while ((int32_t)1 << k.left < p->scale) {
            k.left++;
        }
        *words += 2;
    } else {
        k.left = (*words)[2] > 0 ? (*words)[2] : 0;
        k.right = (*words)[2] - k.left;
        k.offset = (int32_t)((uint32_t)k.offset << k.left);
        *words += 3;
    }
    return k;
}

/* Outputs, in words. */
TC_MVE_INLINE int32x4_t tc_mve_leave(const struct tc_mve_leaving *p, struct tc_mve_channel k, int32x4_t v, int is_short)
{
    v = vaddq_n_s32(vshlq_r_s32(v, k.left), k.offset);
    if (is_short) {
        v = vqdmulhq_n_s32(v, k.m);
        return vshrq_n_s32(vqshlq_r_s32(v, k.right), 24);
    }
    v = vqrdmulhq_n_s32(v, k.m);
    /* One less where the product is negative and is to be shifted: halves go away from 0. */
    v = vqaddq_s32(v, vshrq_n_s32(vandq_s32(v, vdupq_n_s32(k.right)), 31));
    v = vaddq_n_s32(vrshlq_n_s32(v, k.right), p->zero_point);
    return vshrq_n_s32(vqshlq_r_s32(v, 24), 24);
}

/* 16 inputs of a channel: four words. */
TC_MVE_INLINE int8x16_t tc_mve_gather(const int8_t *at, uint32x4_t offsets)
{
    return vreinterpretq_s8_u32(vldrwq_gather_offset_u32((const uint32_t *)(const void *)at, offsets));
}

#endif
