/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_GATHER_H
#define TC_GATHER_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_gather {
    int32_t rows, row_size; /* of the input */
    int32_t count, run;
    const int32_t *offsets; /* (count) where in a row of the input each run of the output begins */
};
/* Each row of the output is made of runs of a row of the input. */
TC_CODE void tc_gather(const struct tc_gather *p, const void *input, void *output);

#ifdef __cplusplus
}
#endif

#endif
