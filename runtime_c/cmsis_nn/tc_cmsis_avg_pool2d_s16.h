/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_CMSIS_AVG_POOL2D_S16_H
#define TC_CMSIS_AVG_POOL2D_S16_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_cmsis_avg_pool2d_s16 {
    int16_t input_h, input_w;
    int16_t output_h, output_w, channels;
    int16_t kernel_h, kernel_w;
    int16_t stride_h, stride_w;
    int16_t pad_top, pad_left;
    int16_t min, max;
    int32_t scratch_bytes;
};
/* The mean of each window, rounded to nearest, ties away from zero; padding is not counted. scratch may be
 * NULL where scratch_bytes is 0. By Arm's CMSIS-NN, which is not part of TinyCompile. */
TC_CODE void tc_cmsis_avg_pool2d_s16(const struct tc_cmsis_avg_pool2d_s16 *p, const int16_t *input, int16_t *output,
                             void *scratch);

#ifdef __cplusplus
}
#endif

#endif
