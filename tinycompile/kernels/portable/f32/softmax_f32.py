"""Softmax of float32 over the last axis, or its logarithm."""

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.shared import float32, overlap


def pattern() -> Pattern:
    p = Pattern()
    x = p.tensor("input")
    logarithm = p.op("log_softmax", "relax.nn.log_softmax", x)
    return p.at(p.op("softmax", "relax.nn.softmax", x) | logarithm)


def axis_is_the_last(match: Match) -> str | None:
    """The sum runs over the last axis."""
    name = "softmax" if "softmax" in match else "log_softmax"
    axis, rank = int(match.attrs(name).axis), len(match.shape("input"))
    return None if axis % rank == rank - 1 else f"it runs over axis {axis} of {rank}"


def lower(match: Match) -> Call:
    *outer, depth = match.shape("input")
    logarithm = int("log_softmax" in match)
    return Call(
        inputs=("input",),
        params={"rows": prod(outer), "depth": depth, "logarithm": logarithm},
    )


def reference(p: dict[str, Any], x: NDArray[np.float32]) -> NDArray[np.float32]:
    """(rows, depth) -> (rows, depth)."""
    rows = x.reshape(p["rows"], p["depth"]).astype(np.float64)
    below = rows - rows.max(axis=1, keepdims=True)
    sums = np.exp(below).sum(axis=1, keepdims=True)
    out = below - np.log(sums) if p["logarithm"] else np.exp(below) / sums
    return np.asarray(out, np.float32)


KERNEL = Kernel(
    "tc_softmax_f32",
    pattern,
    lower,
    reference,
    constraints=(float32.input_is_float32, axis_is_the_last),
    overlaps=overlap.in_order,
    summary="Softmax over the last axis in float, or its logarithm.",
)
