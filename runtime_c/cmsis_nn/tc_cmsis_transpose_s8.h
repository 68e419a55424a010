/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_CMSIS_TRANSPOSE_S8_H
#define TC_CMSIS_TRANSPOSE_S8_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_cmsis_transpose_s8 {
    int32_t shape[4];
    uint8_t axes[4];    /* of the input, in the order of the output */
    uint8_t dimensions; /* 2 or 4 */
};
/* The input with its axes in another order. By Arm's CMSIS-NN, which is not part of TinyCompile. */
TC_CODE void tc_cmsis_transpose_s8(const struct tc_cmsis_transpose_s8 *p, const void *input, void *output);

#ifdef __cplusplus
}
#endif

#endif
