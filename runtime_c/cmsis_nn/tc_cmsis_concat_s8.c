/* SPDX-License-Identifier: Apache-2.0 */
#include "arm_nnfunctions.h"
#include "tc_cmsis_concat_s8.h"

void tc_cmsis_concat_s8(const struct tc_cmsis_concat_s8 *p, const void *const *inputs, void *output)
{
    uint32_t offset = 0;
    for (int32_t i = 0; i < p->count; i++) {
        arm_concatenation_s8_y(inputs[i], p->unit, p->runs[i], p->rows, 1, output, p->output_run, offset);
        offset += p->runs[i];
    }
}
