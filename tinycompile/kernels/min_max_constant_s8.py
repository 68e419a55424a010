"""The smaller or larger of an int8 tensor and a constant of the same quantisation."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels import broadcast, min_max_s8
from tinycompile.program import Call


def pattern() -> Pattern:
    p = Pattern()
    x, c = p.tensor("input1"), p.constant("constant")
    larger = p.op("maximum", "relax.maximum", x, c) | p.op("maximum_of_c", "relax.maximum", c, x)
    smaller = p.op("minimum", "relax.minimum", x, c) | p.op("minimum_of_c", "relax.minimum", c, x)
    return p.at(larger | smaller)


def operands_are_int8(match: Match) -> str | None:
    """Both operands are int8."""
    found = match.dtype("input1"), match.dtype("constant")
    return None if found == ("int8", "int8") else "they are {} and {}".format(*found)


def lower(match: Match) -> Call:
    return Call(
        inputs=("input1",),
        params=broadcast.params(match, ("steps", "bound_steps"))
        | {
            "maximum": int("maximum" in match or "maximum_of_c" in match),
            "bounds": match.array("constant"),
        },
        in_place=broadcast.in_place(match, "input1"),
    )


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    return min_max_s8.reference(
        p | {"steps1": p["steps"], "steps2": p["bound_steps"]}, x, p["bounds"]
    )


KERNEL = Kernel(
    "tc_min_max_constant_s8",
    pattern,
    lower,
    reference,
    constraints=(operands_are_int8, broadcast.axes_are_few),
    summary="The smaller or larger of a tensor and a constant, broadcast as in numpy.",
    headers=("tc_broadcast.h",),
)
