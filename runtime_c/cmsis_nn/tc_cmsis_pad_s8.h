/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_CMSIS_PAD_S8_H
#define TC_CMSIS_PAD_S8_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_cmsis_pad_s8 {
    int32_t shape[4], before[4], after[4];
    int8_t value;
};
/* Constant padding. By Arm's CMSIS-NN, which is not part of TinyCompile. */
TC_CODE void tc_cmsis_pad_s8(const struct tc_cmsis_pad_s8 *p, const void *input, void *output);

#ifdef __cplusplus
}
#endif

#endif
