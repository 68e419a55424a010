/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MVE_MATMUL_S8_H
#define TC_MVE_MATMUL_S8_H

#include "tc_matmul_fields.h"
#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_mve_matmul_s8 {
    TC_MATMUL_FIELDS
    int16_t b_transposed; /* b is (batches, columns, depth) */
};
/* For Helium: output (batches, rows, columns) = a (batches, rows, depth) b (batches, depth, columns). scratch: 4 bytes for
 * each row, and, if b is not transposed, 64 for each 16 of depth, the last of which may be fewer. */
TC_CODE void tc_mve_matmul_s8(const struct tc_mve_matmul_s8 *p, const int8_t *a, const int8_t *b, int8_t *output, void *scratch);

#ifdef __cplusplus
}
#endif

#endif
