/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_constant.h"

#include <string.h>

void tc_constant(const struct tc_constant *p, void *output)
{
    memcpy(output, p->data, (size_t)p->size);
}
