/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_mve_conv2d_s16.h"
#include "tc_mve_convolution.h"
#include "tc_mve_dense_s16.h"

void tc_mve_conv2d_s16(const struct tc_mve_conv2d_s16 *p, const int16_t *input, int16_t *output, void *scratch)
{
    struct tc_mve_convolution all;
    TC_MVE_CONVOLUTION(&all, p, 2);
    all.zero_point = 0;
    tc_mve_dense_of_s16(&all.run, p->way);
    tc_mve_convolve(&all, (const int8_t *)input, (int8_t *)output, scratch);
}
