/* SPDX-License-Identifier: Apache-2.0 */
/* Divisions by a count, as products. Private to average pools. */
#ifndef TC_MVE_DIVISOR_H
#define TC_MVE_DIVISOR_H

#include "tinycompile.h"

/* n / count of n < 2^(bits - 1), bits 16 or 32, is n * factor / 2^(bits + shift): 2^shift < count <= 2^(shift + 1), and
 * factor, which is rounded up, has `bits`. It is too large by less than 1 / 2^(bits + shift), n of these by less than
 * 1 / count. */
struct tc_mve_divisor {
    int32_t count;
    uint32_t factor;
    int32_t shift;
};

/* Of 1 <= count < 2^15; for 1 the factor is none. */
TC_CODE
static struct tc_mve_divisor tc_mve_divisor_of(int32_t count, int32_t bits)
{
    struct tc_mve_divisor by = {count, 0, 0};
    while ((int32_t)2 << by.shift < count) {
        by.shift++;
    }
    const uint32_t n = (uint32_t)count, whole = (uint32_t)65536 << by.shift, rest = whole % n;
    by.factor = bits == 16 ? (whole + n - 1) / n : ((whole / n) << 16) + ((rest << 16) + n - 1) / n;
    return by;
}

#endif
