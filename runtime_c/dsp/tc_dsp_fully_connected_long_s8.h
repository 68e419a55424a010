/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_DSP_FULLY_CONNECTED_LONG_S8_H
#define TC_DSP_FULLY_CONNECTED_LONG_S8_H

#include "tc_dsp_dense.h"
#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_dsp_fully_connected_long_s8 {
    int32_t rows, input_n, output_n;
    int32_t part; /* fours of inputs whose products fit 24 bits, in every output */
    int16_t output_zero_point;
    int16_t min, max;
    tc_dsp_dense *run;       /* of sums alone; NULL where there are less than 8 outputs */
    const uint32_t *filters; /* of eight outputs, of the last few of one: of each part what is added to sums and words of
                                weights, as TC_DSP_DENSE takes them; then bias, multiplier and shift of each */
};
/* output (rows, output_n) = input (rows, input_n) weights + bias, where sums leave 24 bits, for cores with the DSP
 * extension. scratch: 8 bytes of each four inputs. */
TC_CODE void tc_dsp_fully_connected_long_s8(const struct tc_dsp_fully_connected_long_s8 *p, const int8_t *input, int8_t *output,
                                            void *scratch);

#ifdef __cplusplus
}
#endif

#endif
