/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_MVE_STRIDED_COPY_H
#define TC_MVE_STRIDED_COPY_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_mve_strided_copy {
    int32_t shape[6]; /* of the output, in runs */
    int32_t steps[6]; /* in the input, for one step in each dimension of the output */
    int32_t start;
    int32_t run;
};
/* The output is a view of the input: transposed, sliced, reversed, repeated. */
TC_CODE void tc_mve_strided_copy(const struct tc_mve_strided_copy *p, const void *input, void *output);

#ifdef __cplusplus
}
#endif

#endif
