"""Bounds of an int16 tensor, such as a ReLU6 that keeps the quantisation."""

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tvm.relax.dpl import wildcard

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.shared import bounds, overlap
from tinycompile.kernels.shared.dtypes import input_is


def pattern() -> Pattern:
    p = Pattern()
    return p.at(p.op("output.clip", "relax.clip", p.tensor("input"), wildcard(), wildcard()))


def lower(match: Match) -> Call:
    low, high = match.clamp()
    return Call(
        inputs=("input",),
        params={"count": prod(match.shape("input")), "min": low, "max": high},
    )


def reference(p: dict[str, Any], x: NDArray[np.int16]) -> NDArray[np.int16]:
    return np.clip(x, p["min"], p["max"])


KERNEL = Kernel(
    "tc_clip_s16",
    pattern,
    lower,
    reference,
    constraints=(input_is("int16"),),
    bounds=bounds.monotone,
    overlaps=overlap.in_order,
    summary="Bounds of an int16 tensor.",
)
