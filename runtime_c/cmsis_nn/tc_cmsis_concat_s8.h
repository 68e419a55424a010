/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_CMSIS_CONCAT_S8_H
#define TC_CMSIS_CONCAT_S8_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_cmsis_concat_s8 {
    int32_t count;
    uint16_t rows, unit;  /* unit: bytes that all runs are multiples of */
    uint16_t output_run;  /* in units, of a row of the output */
    const uint16_t *runs; /* (count) in units, of each input in a row of the output */
};
/* Each row of the output is the next run of every input. By Arm's CMSIS-NN, which is not part of TinyCompile. */
TC_CODE void tc_cmsis_concat_s8(const struct tc_cmsis_concat_s8 *p, const void *const *inputs, void *output);

#ifdef __cplusplus
}
#endif

#endif
