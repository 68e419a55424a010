/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MVE_MATMUL_S16_H
#define TC_MVE_MATMUL_S16_H

#include "tc_matmul_s16_fields.h"
#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_mve_matmul_s16 {
    TC_MATMUL_S16_FIELDS
};
/* For Helium, of int16: output (batches, rows, columns) = a (batches, rows, depth) b (batches, depth, columns). scratch: if b
 * is not transposed, 64 bytes for each 8 of depth, the last of which may be fewer. */
TC_CODE void tc_mve_matmul_s16(const struct tc_mve_matmul_s16 *p, const int16_t *a, const int16_t *b, int16_t *output,
                               void *scratch);

#ifdef __cplusplus
}
#endif

#endif
