"""The smaller or larger of a tensor of integers and a constant of the same quantisation."""

from typing import Any

from numpy.typing import NDArray

from tinycompile import row_form
from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.portable.s8 import min_max_s8
from tinycompile.kernels.shared import bounds, broadcast, overlap


def pattern() -> Pattern:
    p = Pattern()
    x, c = p.tensor("input1"), p.constant("constant")
    larger = p.op("maximum", "relax.maximum", x, c) | p.op("maximum_of_c", "relax.maximum", c, x)
    smaller = p.op("minimum", "relax.minimum", x, c) | p.op("minimum_of_c", "relax.minimum", c, x)
    return p.at(larger | smaller)


def lower(match: Match) -> Call:
    return Call(
        inputs=("input1",),
        params=broadcast.params(match, ("steps", "bound_steps"))
        | {
            "maximum": int("maximum" in match or "maximum_of_c" in match),
            "bounds": match.array("constant"),
        },
    )


def reference(p: dict[str, Any], x: NDArray[Any]) -> NDArray[Any]:
    return min_max_s8.reference(
        p | {"steps1": p["steps"], "steps2": p["bound_steps"]}, x, p["bounds"]
    )


KERNEL = Kernel(
    "tc_min_max_constant_s8",
    pattern,
    lower,
    reference,
    constraints=(broadcast.operands_are("int8"), broadcast.axes_are_few),
    bounds=bounds.monotone,
    rows=row_form.walked("steps", "bound_steps"),
    overlaps=overlap.operands("steps"),
    summary="The smaller or larger of a tensor and a constant, broadcast as in numpy.",
)
