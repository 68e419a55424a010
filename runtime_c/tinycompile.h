/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernels of TinyCompile have in common; each has a header of its name.
 *
 * Contracts:
 *  - Tensors are dense, images in NHWC order (height, width, channels). A kernel that moves a window over images
 *    takes one image: of a batch, it is called for each.
 *  - A kernel reads its parameters, which are const and live in flash, and its inputs; it writes its
 *    output and nothing else. Inputs and output do not overlap but as the compiler knows to be safe: an
 *    output that is written upwards may run over what was read for the last time.
 *  - Tensors are aligned to the size of their elements; int8 tensors need no alignment.
 *  - No kernel allocates or fails, nor keeps state but in an argument of that name: the compiler has checked sizes, ranges and overflow.
 *  - Quantised values stand for real = scale * (q - zero_point). A multiplier and a shift stand for the
 *    real factor multiplier * 2^(shift - 31), applied with TFLite's two roundings.
 *  - min and max are the bounds of the output after a fused activation; of floats, the largest there are where
 *    nothing bounds it.
 *  - int16 tensors have zero point 0. Sums of products of int16 have 64 bits and leave through a multiplier of 15
 *    fraction bits, real = multiplier * 2^(shift - 15), with one rounding, ties up; but where the model has int32
 *    biases they are narrow: they wrap at 32 bits, the multiplier has 31 fraction bits, and there are two roundings.
 *  - Kernels of two operands walk a shape of 4 axes, the last innermost. A step is how far an operand moves when an
 *    index grows by one: 0 along an axis where it is broadcast.
 *  - Kernels of elements of any type take sizes in bytes.
 *  - Some kernels have a KERNEL_row, too, which makes one row of an image, in the order in which the kernel would. Its
 *    parameters say nothing of other rows. It gets pointers to the rows under its window, NULL for padding, or to a row
 *    of each input.
 */
#ifndef TINYCOMPILE_H
#define TINYCOMPILE_H

#include <stddef.h>
#include <stdint.h>

/* Where things lie, for sections of the firmware's linker script: -DTC_CODE='__attribute__((section(".itcm")))' puts
 * every kernel there, TC_WEIGHTS every constant of the models. */
#ifndef TC_CODE
#define TC_CODE
#endif
#ifndef TC_WEIGHTS
#define TC_WEIGHTS
#endif

/* Makes a row of a kernel's output from rows of its inputs; `params` is the kernel's struct. */
typedef void (*tc_row_function)(const void *params, const int8_t *const *rows, int8_t *output);

#endif
