/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_DSP_MATMUL_S8_H
#define TC_DSP_MATMUL_S8_H

#include "tc_matmul_fields.h"
#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_dsp_matmul_s8 {
    TC_MATMUL_FIELDS
};
/* output (batches, rows, columns) = a (batches, rows, depth) b (batches, depth, columns); columns: 4 or more. scratch: 32
 * bytes for each 4 of depth, the last of which may be fewer. */
TC_CODE void tc_dsp_matmul_s8(const struct tc_dsp_matmul_s8 *p, const int8_t *a, const int8_t *b, int8_t *output, void *scratch);

#ifdef __cplusplus
}
#endif

#endif
