"""The smaller or larger of two tensors of integers, which share their quantisation with the output."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile import row_form
from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.shared import bounds, broadcast, overlap


def pattern() -> Pattern:
    p = Pattern()
    a, b = p.tensor("input1"), p.tensor("input2")
    return p.at(p.op("maximum", "relax.maximum", a, b) | p.op("minimum", "relax.minimum", a, b))


def lower(match: Match) -> Call:
    return Call(
        inputs=("input1", "input2"),
        params=broadcast.params(match) | {"maximum": int("maximum" in match)},
    )


def reference(p: dict[str, Any], input1: NDArray[Any], input2: NDArray[Any]) -> NDArray[Any]:
    a = broadcast.gather(input1.astype(np.int64), p["shape"], p["steps1"])
    b = broadcast.gather(input2.astype(np.int64), p["shape"], p["steps2"])
    chosen = np.maximum(a, b) if p["maximum"] else np.minimum(a, b)
    return np.asarray(chosen, input1.dtype)


KERNEL = Kernel(
    "tc_min_max_s8",
    pattern,
    lower,
    reference,
    constraints=(
        broadcast.operands_are_computed,
        broadcast.operands_are("int8"),
        broadcast.axes_are_few,
    ),
    bounds=bounds.monotone,
    rows=row_form.walked("steps1", "steps2"),
    overlaps=overlap.operands("steps1", "steps2"),
    summary="The smaller or larger of two tensors, broadcast as in numpy.",
)
