"""Bytes of scratch memory that functions of CMSIS-NN want, by instruction set and version.

CMSIS-NN computes them at run time; here they are part of the memory plan. The tests compare with its own
`*_get_buffer_size*` functions. `p` are the parameters of a kernel's struct.
"""

from typing import Any

import numpy as np

from tinycompile.kernels.cmsis_nn.context import Context
from tinycompile.target import Isa

CHANNELS_IN_BLOCK = 124  # of depthwise convolution with MVE

Sizes = dict[str, int]


def convolution(p: Sizes, context: Context) -> int:
    if is_1x1(p):
        return 0
    if context.isa == Isa.MVE and is_1xn(p, context):
        return _row_mve(p, context)
    return columns(p, context)


def depthwise(p: Sizes, context: Context) -> int:
    """For several input channels."""
    taps = p["kernel_h"] * p["kernel_w"]
    if p["input_c"] != p["output_c"] or (p["dilation_h"], p["dilation_w"]) != (1, 1):
        return 0
    if context.isa == Isa.MVE:
        return 4 * CHANNELS_IN_BLOCK * taps
    small = p["kernel_h"] == p["kernel_w"] == 3 and max(p["pad_top"], p["pad_left"]) <= 1
    if context.isa == Isa.SCALAR or (small and context.version >= (4, 1)):
        return 0
    return 2 * p["input_c"] * taps


def convolution_s16(p: Sizes, context: Context) -> int:
    """Two columns, or with MVE four; before version 6 those of a function for DSP and few products alone."""
    length = p["kernel_h"] * p["kernel_w"] * p["input_c"]
    if context.version < (6, 0):
        dense = p["dilation_h"] == p["dilation_w"] == 1
        fast = context.isa == Isa.DSP and length < 512 and dense
        return 4 * length if fast else 0
    return 8 * _up(length, 8) if context.isa == Isa.MVE else 4 * length


def depthwise_s16(p: Sizes, context: Context) -> int:
    """One column, or with MVE four and what is read beyond the last; none unless the fast way applies."""
    length = p["kernel_h"] * p["kernel_w"] * p["input_c"]
    fast = p["input_c"] == p["output_c"] and p["dilation_h"] == p["dilation_w"] == 1
    if context.version < (4, 1):
        fast = fast and length < 512
    if context.isa == Isa.SCALAR or not fast:
        return 0
    return 8 * length + 8 if context.isa == Isa.MVE else 2 * length


def average_pool(p: Sizes, context: Context) -> int:
    return 4 * p["channels"] if context.isa == Isa.DSP else 0


def transposed_convolution(p: Sizes, context: Context) -> tuple[int, int]:
    """Bytes of both buffers: all products and the image of sums, or from version 7 on rows of sums alone."""
    if context.version < (7, 0):
        taps = p["kernel_h"] * p["kernel_w"] * p["input_h"] * p["input_w"]
        return 4 * taps * p["output_c"], 4 * p["output_h"] * p["output_w"] * p["output_c"]
    width = (p["input_w"] - 1) * p["stride_w"] + max(p["kernel_w"], p["stride_w"])
    return 4 * width * max(p["kernel_h"], p["stride_h"]) * p["output_c"], 0


def matmul(p: Sizes, context: Context) -> int:
    """With MVE the sums of the columns of b, and b transposed."""
    sums = 4 * p["columns"] if context.isa == Isa.MVE else 0
    return sums + transposed(p, np.dtype(np.int8))


def transposed(p: Sizes, dtype: np.dtype[Any]) -> int:
    """A copy of b of a matrix product, where it is needed."""
    return 0 if p["b_transposed"] else p["depth"] * p["columns"] * dtype.itemsize


def svdf(p: Sizes, context: Context) -> int:
    """The sums of all memories, and those of units."""
    return 4 * p["units"] * (p["rank"] + 1)


def is_1x1(p: Sizes) -> bool:
    """The convolution is a matrix product: no padding, a kernel of one tap, one group."""
    fields = ("kernel_h", "kernel_w", "dilation_h", "dilation_w", "groups")
    return all(p[name] == 1 for name in fields) and p["pad_top"] == p["pad_left"] == 0


def is_1xn(p: Sizes, context: Context) -> bool:
    """The image is a row, and CMSIS-NN has a function of its own for it."""
    row = p["input_h"] == p["kernel_h"] == p["dilation_w"] == p["groups"] == 1
    if context.version < (4, 1):
        return row and p["output_w"] % 4 == 0
    return row and p["stride_w"] * p["input_c"] % 4 == 0


def row_padding(p: Sizes) -> tuple[int, int]:
    """Columns of padding on both sides of a row, and that modulo 2 with the sign that C gives it."""
    total = (p["output_w"] - 1) * p["stride_w"] + p["kernel_w"] - p["input_w"]
    return total, total % 2 if total >= 0 else -(total % 2)


def padded_outputs(p: Sizes) -> tuple[int, int]:
    """How many outputs of a row CMSIS-NN treats as touching the padding on the left and the right."""
    stride, left = p["stride_w"], p["pad_left"]
    right = left + row_padding(p)[1]
    before = max(1, (left + stride - 1) // stride) if left else 0
    return before, max(1, (right + stride - 1) // stride) if right else 0


def columns(p: Sizes, context: Context) -> int:
    """Pixels under the kernel, gathered: two outputs' worth in int16, or with MVE four in int8."""
    length = p["kernel_h"] * p["kernel_w"] * p["input_c"]
    if context.isa == Isa.MVE:
        return 4 * _up(length, 8 if context.version < (6, 0) else 16)
    return 4 * (length if context.version < (5, 0) else _up(length, 4))


def _row_mve(p: Sizes, context: Context) -> int:
    if context.version < (6, 0):
        return 0
    left, right = padded_outputs(p)
    if left + right + max(p["output_w"] - left - right, 0) != p["output_w"]:
        return columns(p, context)
    channels = p["input_c"]
    before = p["pad_left"] * channels
    after = right * channels if row_padding(p)[1] else before
    return max(p["kernel_w"] * channels + before, (p["kernel_w"] - 1) * channels + after)


def _up(length: int, multiple: int) -> int:
    return -(-length // multiple) * multiple
