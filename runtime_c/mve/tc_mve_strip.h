/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of an image with the padding around them. Private to convolutions. */
#ifndef TC_MVE_STRIP_H
#define TC_MVE_STRIP_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An image, and the columns that windows see of it. */
struct tc_mve_strip {
    const int8_t *input;
    int32_t height, row;   /* `row` in bytes */
    int32_t before, bytes; /* of padding before a row; of all that is copied of it */
    int32_t zero_point;
};

/* `rows` of its rows, from y on, one behind the other; up to 15 bytes behind the last are written, too. */
TC_CODE void tc_mve_copy_rows(const struct tc_mve_strip *strip, int8_t *to, int32_t y, int32_t rows);
/* The same of rows anywhere, NULL for padding. */
TC_CODE void tc_mve_gather_rows(const struct tc_mve_strip *strip, int8_t *to, const int8_t *const *rows, int32_t count);

#ifdef __cplusplus
}
#endif

#endif
