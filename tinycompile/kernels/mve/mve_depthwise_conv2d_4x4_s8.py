"""Depthwise conv2d on int8 for Helium, of kernels up to 4x4: 16 inputs of a channel are one vector."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import IN_PLACE, Call, Param
from tinycompile.families import MVE
from tinycompile.kernel import Constraint, Kernel, Match
from tinycompile.kernels.mve import depthwise
from tinycompile.kernels.portable.s8 import depthwise_conv2d_s8 as portable_kernel
from tinycompile.kernels.shared import overlap, window
from tinycompile.row_form import RowForm, Shape
from tinycompile.target import Isa

PATCH = 4  # inputs in each direction
LONG = 12  # outputs in a row: the kernel for any window is faster where rows are shorter
SCRATCH = 4096  # bytes that lines take where there is more than one: about what CMSIS-NN does
COLUMN = 64  # bytes of 4 rows of 16 channels


def kernels_are(most: int) -> Constraint:
    def check(match: Match) -> str | None:
        height, width = match.shape("weights")[1:3]
        return f"it is {height}x{width}" if max(height, width) > most else None

    check.__doc__ = f"The kernel is at most {most}x{most}."
    return check


def rows_are_long(match: Match) -> str | None:
    """A row or column of the output has 12 pixels, or 4 where a patch makes 2x2 of them."""
    p = window.convolution(match)
    longest = max(p["output_h"], p["output_w"])
    return None if longest >= (PATCH if square(p) else LONG) else f"it has {longest}"


def lower(match: Match) -> Call:
    return call(portable_kernel.lower(match))


def call(portable: Call) -> Call:
    """That of this kernel for one of the portable kernel."""
    p: dict[str, Any] = portable.params
    turn = bool(p["output_h"] > p["output_w"])  # long rows cost less
    fields, weights = depthwise.turned(portable, turn)
    params = fields | {"square": square(p)}
    params |= bands(params) | depthwise.tables(portable, patches(weights))
    return replace(portable, params=params, scratch=scratch(params))


def square(p: dict[str, Any]) -> int:
    """Whether a patch is good for 2x2 outputs."""
    ones = ("stride_h", "stride_w", "dilation_h", "dilation_w")
    small = max(p["kernel_h"], p["kernel_w"]) < PATCH
    return int(
        small and all(p[name] == 1 for name in ones) and min(p["output_h"], p["output_w"]) > 1
    )


def bands(p: dict[str, Any]) -> dict[str, Param]:
    """How many lines are in scratch at a time, and may the output lie where the input does?

    As many as there is scratch for: channels are then begun less often. In place these are all, or twice as
    many, for those of the next band are read before this one is written.
    """
    lines, size = len(starts(p)), columns(p) * COLUMN
    if all(p[f"input_{n}"] == p[f"output_{n}"] for n in ("h", "w", "row", "column")):
        band = lines if lines * size <= SCRATCH else SCRATCH // (2 * size)
        if band and is_in_place(p, band):
            return {"band": band, "in_place": 1}
    return {"band": min(max(SCRATCH // size, 1), lines), "in_place": 0}


def starts(p: dict[str, Any]) -> list[int]:
    """The first row of the output of each line: the last pair of an odd number begins a row earlier."""
    rows = 1 + p["square"]
    return [min(y, p["output_h"] - rows) for y in range(0, p["output_h"], rows)]


def is_in_place(p: dict[str, Any], band: int) -> bool:
    """No band reads rows that the one before the last has written, of as many rows in as out."""
    later = pairwise(starts(p)[::band][1:])
    ones = p["stride_h"] == p["stride_w"] == 1
    return ones and all(read - p["pad_top"] >= written for written, read in later)


def patches(weights: NDArray[np.int8]) -> NDArray[np.int8]:
    """(height, width, channels) as (channels, column, row) of 4x4, behind 4 bytes that are 0."""
    height, width, channels = weights.shape
    padded = np.zeros((channels, PATCH, PATCH), np.int8)
    padded[:, :width, :height] = weights.transpose(2, 1, 0)
    return behind_zeros(padded)


def behind_zeros(weights: NDArray[np.int8]) -> NDArray[np.int8]:
    return np.concatenate([np.zeros(PATCH, np.int8), weights.ravel()])


def columns(p: dict[str, Any]) -> int:
    """Of a line: those that a row of outputs sees."""
    seen = p["output_w"] - p["square"]
    return int((seen - 1) * p["stride_w"] + (PATCH - 1) * p["dilation_w"] + 1)


def scratch(p: dict[str, Any]) -> int:
    """Bytes: a band, or two in turn."""
    ahead = p["in_place"] and p["band"] < len(starts(p))
    return int((1 + ahead) * p["band"] * columns(p) * COLUMN)


def overlaps(p: dict[str, Any]) -> tuple[int | None, ...]:
    """In place, or band by band, of these 16 channels at a time, which are read before they are written."""
    if p["in_place"]:
        return (IN_PLACE,)
    first, rows = starts(p), 1 + p["square"]
    steps = []
    for i in range(0, len(first), p["band"]):
        ys = first[i : i + p["band"]]
        read = min((row for y in ys for row in rows_of(p, y)), default=None)
        written = (ys[-1] + rows - 1) * p["output_row"] + (p["output_w"] - 1) * p["output_column"]
        for block in range(0, p["channels"], 16):
            left = first_column(p) * p["input_column"] + block
            here = None if read is None else read * p["input_row"] + left
            steps.append((here, written + min(block + 16, p["channels"])))
    return (overlap.steps(steps),)


def rows_of(p: dict[str, Any], y: int) -> list[int]:
    """Of the input, those that a line from row `y` of the output on reads."""
    return [
        row
        for made in range(y, y + 1 + p["square"])
        for ky in range(p["kernel_h"])
        if 0 <= (row := made * p["stride_h"] - p["pad_top"] + ky * p["dilation_h"]) < p["input_h"]
    ]


def first_column(p: dict[str, Any]) -> int:
    """Of the input, the first that any window sees."""
    return int(np.flatnonzero(overlap.last_window(p, "w") >= 0).min(initial=p["input_w"]))


def rows(call: Call, inputs: Sequence[Shape], output: Shape) -> RowForm | None:
    """Four outputs of a row at a time, never squares."""
    p: dict[str, Any] = depthwise.upright(call.params, output)
    if output[0] != 1 or p["output_w"] < PATCH:
        return None
    reads = depthwise.reads(p)
    if p["output_h"] != call.params["output_h"]:
        of_channels = p["weights"][PATCH:].reshape(-1, PATCH, PATCH).swapaxes(1, 2)
        p["weights"] = behind_zeros(of_channels)
    p |= {"square": 0, "band": 1, "in_place": 0, "output_h": 1}
    return RowForm(output[1], (reads,), p, scratch=scratch(p))


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    """x is (H, W, C) of any leading dimensions of 1."""
    weights = p["weights"][PATCH:].reshape(-1, PATCH, PATCH).transpose(2, 1, 0)
    return depthwise.reference(p, weights, x)


KERNEL = Kernel(
    "tc_mve_depthwise_conv2d_4x4_s8",
    portable_kernel.KERNEL.pattern,
    lower,
    reference,
    constraints=(
        *portable_kernel.KERNEL.constraints,
        depthwise.channels_have_one_filter,
        kernels_are(PATCH),
        rows_are_long,
    ),
    overlaps=overlaps,
    rows=rows,
    isa=Isa.MVE,
    takes_scratch=True,
    per_image=True,
    summary="2-D convolution of each input channel by itself, with one filter of up to 4x4.",
    family=MVE,
)
