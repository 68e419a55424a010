/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_DSP_MATMUL_S16_H
#define TC_DSP_MATMUL_S16_H

#include "tc_matmul_s16_fields.h"
#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_dsp_matmul_s16 {
    TC_MATMUL_S16_FIELDS
};
/* output (batches, rows, columns) = a (batches, rows, depth) b (batches, depth, columns), of int16, for cores with the DSP
 * extension; columns: 4 or more. scratch: 16 bytes for each 2 of depth, the last of which may be one. */
TC_CODE void tc_dsp_matmul_s16(const struct tc_dsp_matmul_s16 *p, const int16_t *a, const int16_t *b, int16_t *output,
                               void *scratch);

#ifdef __cplusplus
}
#endif

#endif
