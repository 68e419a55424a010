"""Depthwise conv2d on int8 for Helium, of kernels up to 4x4: 16 inputs of a channel are one vector."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.families import MVE
from tinycompile.kernel import Constraint, Kernel, Match
from tinycompile.kernels.mve import depthwise
from tinycompile.kernels.portable.s8 import depthwise_conv2d_s8 as portable_kernel
from tinycompile.kernels.shared import window
from tinycompile.target import Isa

PATCH = 4  # inputs in each direction
LONG = 12  # outputs in a row: the kernel for any window is faster where rows are shorter
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
    params = fields | {"square": square(p)} | depthwise.tables(portable, patches(weights))
    return replace(portable, params=params, scratch=scratch(params))


def square(p: dict[str, Any]) -> int:
    """Whether a patch is good for 2x2 outputs."""
    ones = ("stride_h", "stride_w", "dilation_h", "dilation_w")
    small = max(p["kernel_h"], p["kernel_w"]) < PATCH
    return int(
        small and all(p[name] == 1 for name in ones) and min(p["output_h"], p["output_w"]) > 1
    )


def patches(weights: NDArray[np.int8]) -> NDArray[np.int8]:
    """(height, width, channels) as (channels, column, row) of 4x4, behind 4 bytes that are 0."""
    height, width, channels = weights.shape
    padded = np.zeros((channels, PATCH, PATCH), np.int8)
    padded[:, :width, :height] = weights.transpose(2, 1, 0)
    return np.concatenate([np.zeros(PATCH, np.int8), padded.ravel()])


def scratch(p: dict[str, Any]) -> int:
    """Bytes: the columns that a row of outputs sees."""
    seen = p["output_w"] - 1 if p["square"] else -(-p["output_w"] // 4) * 4
    columns = (seen - 1) * p["stride_w"] + (PATCH - 1) * p["dilation_w"] + 1
    return int(columns * COLUMN)


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
    isa=Isa.MVE,
    takes_scratch=True,
    per_image=True,
    summary="2-D convolution of each input channel by itself, with one filter of up to 4x4.",
    family=MVE,
)
