/* SPDX-License-Identifier: Apache-2.0 */
#include "tc_strided_copy.h"
#include "tc_strided.h"

void tc_strided_copy(const struct tc_strided_copy *p, const void *input, void *output)
{
    tc_copy_view(p->shape, p->steps, (const int8_t *)input + p->start, output, p->run, tc_copy_elements);
}
