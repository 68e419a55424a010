/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_CONSTANT_H
#define TC_CONSTANT_H

#include "tinycompile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tc_constant {
    int32_t size;
    const int8_t *data; /* (size) */
};
/* Copies a constant into the arena. */
TC_CODE void tc_constant(const struct tc_constant *p, void *output);

#ifdef __cplusplus
}
#endif

#endif
