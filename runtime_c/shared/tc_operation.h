/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TC_OPERATION_H
#define TC_OPERATION_H

/* What float kernels of two operands compute. */
enum tc_operation { TC_ADD, TC_SUBTRACT, TC_MULTIPLY, TC_DIVIDE, TC_MAXIMUM, TC_MINIMUM };

#endif
