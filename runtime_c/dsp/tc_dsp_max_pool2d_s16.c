/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_dsp_max_pool2d_s16.h"
#include "tc_dsp_pool.h"

TC_CODE
static void largest(const int8_t *in, int8_t *out, int32_t bytes, int32_t rows, int32_t columns, int32_t step,
                    int32_t line)
{
    tc_dsp_largest(in, out, bytes, rows, columns, step, line, 0x80008000u, tc_max16);
}

TC_DSP_POOL(tc_dsp_max_pool2d_s16, int16_t, largest, tc_dsp_clamp_s16)
