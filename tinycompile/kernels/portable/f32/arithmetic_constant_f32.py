"""Arithmetic on a float32 tensor and a constant."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.portable.f32 import arithmetic_f32
from tinycompile.kernels.portable.f32.arithmetic_f32 import OPERATIONS, any_operation
from tinycompile.kernels.shared import broadcast, overlap

FIRST = "_from_constant"  # suffix of the operators whose first operand the constant is


def pattern() -> Pattern:
    p = Pattern()
    x, c = p.tensor("input1"), p.constant("constant")
    return p.at(any_operation(p, x, c) | any_operation(p, c, x, FIRST))


def operands_are_float32(match: Match) -> str | None:
    """Both operands are float32."""
    found = [match.dtype(name) for name in ("input1", "constant")]
    return None if set(found) == {"float32"} else f"they are {' and '.join(found)}"


def lower(match: Match) -> Call:
    first = any(f"{op}{FIRST}" in match for op in OPERATIONS)
    walked = broadcast.params(match)  # steps1 are the tensor's
    if first:
        walked = walked | {"steps1": walked["steps2"], "steps2": walked["steps1"]}
    return Call(
        inputs=("input1",),
        params=walked
        | arithmetic_f32.operation(match, FIRST if first else "")
        | {"constant_first": int(first), "constant": match.array("constant").reshape(-1)},
    )


def overlaps(p: dict[str, Any]) -> tuple[int | None, ...]:
    return overlap.operands("steps2" if p["constant_first"] else "steps1")(p)


def reference(p: dict[str, Any], x: NDArray[np.float32]) -> NDArray[np.float32]:
    operands = (p["constant"], x) if p["constant_first"] else (x, p["constant"])
    return arithmetic_f32.reference(p, *operands)


KERNEL = Kernel(
    "tc_arithmetic_constant_f32",
    pattern,
    lower,
    reference,
    constraints=(operands_are_float32, broadcast.axes_are_few),
    overlaps=overlaps,
    summary="Sum, difference, product, quotient, maximum or minimum of a tensor and a constant in float.",
)
