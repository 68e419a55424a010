/* SPDX-License-Identifier: Apache-2.0 */
/* Weights that are stored as indices of a codebook. Private to the kernels that decode them. */
#ifndef TC_PACKED_H
#define TC_PACKED_H

#include <stdint.h>

/* What `count` indices of `bits` bits, which is 1, 2 or 4, stand for. The first is the lowest of its byte. */
static inline void tc_unpack_s8(const uint8_t *packed, int bits, const int8_t *codebook, int32_t count,
                                int8_t *weights)
{
    const unsigned mask = (1u << bits) - 1;
    unsigned left = 0; /* of the byte at hand, under a bit that says where it ends */
    for (int32_t i = 0; i < count; i++) {
        if (left <= 1) {
            left = *packed++ | 0x100u;
        }
        weights[i] = codebook[left & mask];
        left >>= bits;
    }
}

/* The bytes that `count` indices of `bits` bits take. */
static inline int32_t tc_packed_bytes(int32_t count, int bits)
{
    return (count * bits + 7) / 8;
}

#endif
