"""Rows of int8 divided by their Euclidean norm, as TFLite computes it."""

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.external import L2_NORMALIZE_S8
from tinycompile.fixed_point import inverse_square_root
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.shared import overlap
from tinycompile.quantization import requantize

MOST = (2**31 - 1) // 255**2
FRACTION_BITS = 7


def pattern() -> Pattern:
    p = Pattern()
    data, zero_point = p.tensor("input"), p.constant("zero_point")
    return p.at(p.external("norm", L2_NORMALIZE_S8, data, zero_point))


def rows_are_short(match: Match) -> str | None:
    """There is a last axis, of at most 33025 elements."""
    if not match.shape("input"):
        return "it has one element and no axis"
    depth = match.shape("input")[-1]
    return None if depth <= MOST else f"it has {depth}"


def lower(match: Match) -> Call:
    *outer, depth = match.shape("input")
    zero_point = int(match.array("zero_point"))
    return Call(
        inputs=("input",),
        params={"rows": prod(outer), "depth": depth, "input_zero_point": zero_point},
    )


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    """(rows, depth) -> (rows, depth)."""
    rows = x.reshape(p["rows"], p["depth"]).astype(np.int64) - p["input_zero_point"]
    roots = [inverse_square_root(int(total)) for total in (rows * rows).sum(axis=1)]
    scaled = [requantize(r, m, s + FRACTION_BITS) for r, (m, s) in zip(rows, roots, strict=True)]
    return np.asarray(np.clip(scaled, -128, 127), np.int8)


KERNEL = Kernel(
    "tc_l2_normalize_s8",
    pattern,
    lower,
    reference,
    constraints=(rows_are_short,),
    overlaps=overlap.in_order,
    summary="Rows divided by their Euclidean norm.",
)
