"""Depthwise conv2d on int8 for Helium, of one row or column: 16 neighbours of a channel are a vector."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import IN_PLACE, Call
from tinycompile.families import MVE
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.mve import depthwise
from tinycompile.kernels.portable.s8 import depthwise_conv2d_s8 as portable_kernel
from tinycompile.kernels.shared import overlap
from tinycompile.row_form import Reads, RowForm, Shape
from tinycompile.target import Isa

VECTOR = 16
MOST = 13  # taps: the 16 of a vector, less 3 by which weights are moved
LONG = 4  # outputs: the kernel for any window is faster where rows are shorter
WORDS = 64  # bytes of 4 columns of 16 channels


def kernels_are_a_row(match: Match) -> str | None:
    """The kernel is one row or column of 2 to 13 taps, without dilation or stride along it."""
    attrs, (height, width) = match.attrs("conv"), match.shape("weights")[1:3]
    axis = int(width > 1)
    taps, stride, dilation = max(height, width), int(attrs.strides[axis]), int(attrs.dilation[axis])
    if min(height, width) == 1 < taps <= MOST and stride == dilation == 1:
        return None
    return f"it is {height}x{width}, by {stride}, {dilation} apart"


def rows_are_long(match: Match) -> str | None:
    """Along the kernel there are at least 4 outputs."""
    (height, width), shape = match.shape("weights")[1:3], match.shape("conv")
    count = shape[1] if height > width else shape[2]
    return None if count >= LONG else f"there are {count}"


def lower(match: Match) -> Call:
    return call(portable_kernel.lower(match))


def call(portable: Call) -> Call:
    """That of this kernel for one of the portable kernel."""
    fields, weights = depthwise.turned(portable, bool(portable.params["kernel_h"] != 1))
    for name in ("kernel_h", "kernel_w", "stride_w", "dilation_h", "dilation_w"):
        del fields[name]
    params = fields | depthwise.tables(portable, vectors(weights[0]))
    return replace(portable, params=params, scratch=scratch(params))


def vectors(weights: NDArray[np.int8]) -> NDArray[np.int8]:
    """(taps, channels) as (channels) of 16 bytes, behind 4 that are 0."""
    taps, channels = weights.shape
    padded = np.zeros((channels, VECTOR), np.int8)
    padded[:, :taps] = weights.T
    return np.concatenate([np.zeros(4, np.int8), padded.ravel()])


def scratch(p: dict[str, Any]) -> int:
    """Bytes: the row that a row of outputs sees."""
    return int((-(-p["output_w"] // 4) + 3) * WORDS)


def overlaps(p: dict[str, Any]) -> tuple[int | None, ...]:
    """Of a row 16 channels at a time are read before they are written: in place, where rows are alike."""
    same = all(p[f"input_{n}"] == p[f"output_{n}"] for n in ("h", "w", "row", "column"))
    if same and p["stride_h"] == 1 and p["pad_top"] == 0:
        return (IN_PLACE,)
    steps = []
    for y in range(p["output_h"]):
        row = y * p["stride_h"] - p["pad_top"]
        end = y * p["output_row"] + (p["output_w"] - 1) * p["output_column"]
        for block in range(0, p["channels"], 16):
            read = row * p["input_row"] + block if 0 <= row < p["input_h"] else None
            steps.append((read, end + min(block + 16, p["channels"])))
    return (overlap.steps(steps),)


def rows(call: Call, inputs: Sequence[Shape], output: Shape) -> RowForm | None:
    """Of kernels that are a row."""
    p: dict[str, Any] = call.params
    if output[0] != 1 or (p["input_h"], p["output_h"]) != (inputs[0][1], output[1]):
        return None
    if p["input_row"] < p["input_column"]:
        return None
    order = tuple(range(p["input_h"]))
    reads = Reads(order, stride=p["stride_h"], pad=p["pad_top"])
    return RowForm(output[1], (reads,), p | {"output_h": 1}, scratch=scratch(p))


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    """x is (H, W, C) of any leading dimensions of 1."""
    weights = p["weights"][4:].reshape(1, -1, VECTOR).transpose(0, 2, 1)
    steps = {"stride_w": 1, "dilation_h": 1}
    return depthwise.reference(p | steps, weights, x)


KERNEL = Kernel(
    "tc_mve_depthwise_conv2d_row_s8",
    portable_kernel.KERNEL.pattern,
    lower,
    reference,
    constraints=(
        *portable_kernel.KERNEL.constraints,
        depthwise.channels_have_one_filter,
        kernels_are_a_row,
        rows_are_long,
    ),
    overlaps=overlaps,
    rows=rows,
    isa=Isa.MVE,
    takes_scratch=True,
    per_image=True,
    summary="2-D convolution of each input channel by itself, with a kernel of one row or column.",
    family=MVE,
)
