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
from tinycompile.kernels.shared import nibbles, overlap, window
from tinycompile.row_form import RowForm, Shape
from tinycompile.target import Isa

PATCH = 4  # inputs in each direction
LONG = 12  # outputs in a row: the kernel for any window is faster where rows are shorter
SCRATCH = 4096  # bytes that lines take where there is more than one: about what CMSIS-NN does
COLUMN = 64  # bytes of 4 rows of 16 channels
WIDENED = 16 * (
    1 + PATCH * PATCH
)  # bytes of 16 channels' weights that had 4 bits, behind some that are 0


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
    small = nibbles.fit(weights)
    params = fields | {"square": square(p)}
    params |= bands(params) | {"widen": int(small)}
    of_int8, table = patches(weights), table_of(patches(weights), small)
    params |= depthwise.tables(portable, table)
    saved = (of_int8.nbytes - table.nbytes) if small else 0
    return replace(portable, params=params, scratch=scratch(params), saved=saved)


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
    """(height, width, channels) as (channels, column, row) of 4x4."""
    height, width, channels = weights.shape
    padded = np.zeros((channels, PATCH, PATCH), np.int8)
    padded[:, :width, :height] = weights.transpose(2, 1, 0)
    return padded


def table_of(weights: NDArray[np.int8], small: bool) -> NDArray[np.int8]:
    """Of patches: behind 4 bytes that are 0, or, of 4 bits, those of two channels in a byte."""
    if not small:
        return np.concatenate([np.zeros(PATCH, np.int8), weights.ravel()])
    even = np.pad(weights, ((0, len(weights) % 2), (0, 0), (0, 0)))
    return nibbles.joined(even[0::2], even[1::2]).ravel()


def patches_of(p: dict[str, Any]) -> NDArray[np.int8]:
    """Those of the struct's weights."""
    if not p["widen"]:
        return np.asarray(p["weights"][PATCH:]).reshape(-1, PATCH, PATCH)
    halves = nibbles.parted(p["weights"].reshape(-1, PATCH, PATCH))
    return np.stack(halves, axis=1).reshape(-1, PATCH, PATCH)[: p["channels"]]


def columns(p: dict[str, Any]) -> int:
    """Of a line: those that a row of outputs sees."""
    seen = p["output_w"] - p["square"]
    return int((seen - 1) * p["stride_w"] + (PATCH - 1) * p["dilation_w"] + 1)


def scratch(p: dict[str, Any]) -> int:
    """Bytes: weights of int4 as int8, and a band, or two in turn."""
    ahead = p["in_place"] and p["band"] < len(starts(p))
    return int((1 + ahead) * p["band"] * columns(p) * COLUMN) + (WIDENED if p["widen"] else 0)


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
        p["weights"] = table_of(patches_of(p).swapaxes(1, 2), bool(p["widen"]))
    p |= {"square": 0, "band": 1, "in_place": 0, "output_h": 1}
    return RowForm(output[1], (reads,), p, scratch=scratch(p))


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    """x is (H, W, C) of any leading dimensions of 1."""
    return depthwise.reference(p, patches_of(p).transpose(2, 1, 0), x)


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
    packs=nibbles.are_int4,
    takes_scratch=True,
    per_image=True,
    summary="2-D convolution of each input channel by itself, with one filter of up to 4x4.",
    family=MVE,
)
