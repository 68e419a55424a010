/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_conv2d_s8.h"
#include "tc_mve_convolution.h"
#include "tc_mve_dense_s8.h"

TC_CODE
static void set(struct tc_mve_convolution *all, const struct tc_mve_conv2d_s8 *p)
{
    TC_MVE_CONVOLUTION(all, p, 1);
    all->zero_point = p->input_zero_point;
    all->run.scale = p->scale;
    all->run.shift = p->shift;
    all->run.zero_point = p->output_zero_point;
    tc_mve_dense_of_s8(&all->run);
}

void tc_mve_conv2d_s8(const struct tc_mve_conv2d_s8 *p, const int8_t *input, int8_t *output, void *scratch)
{
    struct tc_mve_convolution all;
    set(&all, p);
    tc_mve_convolve(&all, input, output, scratch);
}

void tc_mve_conv2d_s8_row(const void *params, const int8_t *const *rows, int8_t *output)
{
    struct tc_mve_convolution all;
    set(&all, params);
    tc_mve_convolve_row(&all, rows, output);
}
