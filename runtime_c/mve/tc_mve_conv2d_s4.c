/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_conv2d_s4.h"
#include "tc_mve_convolution.h"
#include "tc_mve_dense_s4.h"

void tc_mve_conv2d_s4(const struct tc_mve_conv2d_s4 *p, const int8_t *input, int8_t *output, void *scratch)
{
    struct tc_mve_convolution all;
    TC_MVE_CONVOLUTION(&all, p, 1);
    all.zero_point = p->input_zero_point;
    all.run.scale = p->scale;
    all.run.shift = p->shift;
    all.run.zero_point = p->output_zero_point;
    tc_mve_dense_of_s4(&all.run);
    tc_mve_convolve(&all, input, output, scratch);
}
