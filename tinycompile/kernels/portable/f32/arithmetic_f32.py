"""Arithmetic on two float32 tensors, one of which may be constant (`arithmetic_constant_f32`)."""

from collections.abc import Callable
from functools import reduce
from operator import or_
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tvm.relax.dpl import DFPattern

from tinycompile.call import Call, Param
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.shared import broadcast, overlap

# In the order of enum tc_operation.
OPERATIONS: dict[str, Callable[..., NDArray[Any]]] = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
    "maximum": np.maximum,
    "minimum": np.minimum,
}


def any_operation(p: Pattern, a: DFPattern, b: DFPattern, suffix: str = "") -> DFPattern:
    """Any of OPERATIONS on `a` and `b`; the part is called as the operator, and `suffix`."""
    return reduce(or_, (p.op(f"{op}{suffix}", f"relax.{op}", a, b) for op in OPERATIONS))


def pattern() -> Pattern:
    p = Pattern()
    return p.at(any_operation(p, p.tensor("input1"), p.tensor("input2")))


def operation(match: Match, suffix: str = "") -> dict[str, Param]:
    """The field `operation`."""
    return {"operation": next(i for i, op in enumerate(OPERATIONS) if f"{op}{suffix}" in match)}


def operands_are_float32(match: Match) -> str | None:
    """Both operands are float32."""
    found = [match.dtype(name) for name in ("input1", "input2")]
    return None if set(found) == {"float32"} else f"they are {' and '.join(found)}"


def lower(match: Match) -> Call:
    return Call(
        inputs=("input1", "input2"),
        params=broadcast.params(match) | operation(match),
    )


def reference(
    p: dict[str, Any], input1: NDArray[np.float32], input2: NDArray[np.float32]
) -> NDArray[np.float32]:
    a = broadcast.gather(input1, p["shape"], p["steps1"])
    b = broadcast.gather(input2, p["shape"], p["steps2"])
    with np.errstate(all="ignore"):
        return np.asarray(list(OPERATIONS.values())[p["operation"]](a, b), np.float32)


KERNEL = Kernel(
    "tc_arithmetic_f32",
    pattern,
    lower,
    reference,
    constraints=(broadcast.operands_are_computed, operands_are_float32, broadcast.axes_are_few),
    overlaps=overlap.operands("steps1", "steps2"),
    summary="Sum, difference, product, quotient, maximum or minimum of two tensors in float.",
)
