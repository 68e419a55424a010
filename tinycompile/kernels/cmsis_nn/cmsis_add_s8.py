"""The sum of two int8 tensors by CMSIS-NN."""

from dataclasses import replace
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.cmsis_nn import adapter
from tinycompile.kernels.cmsis_nn.context import Context
from tinycompile.kernels.portable.s8 import add_s8
from tinycompile.kernels.shared import broadcast, overlap


def it_is_a_sum(match: Match) -> str | None:
    """It is a sum."""
    return "it is a difference" if "difference" in match else None


def shapes_are_equal(match: Match) -> str | None:
    """Both operands have as many elements as the result: nothing is broadcast."""
    first, second = broadcast.operand_shapes(match)
    return (
        None
        if prod(first) == prod(second) == prod(np.broadcast_shapes(first, second))
        else f"{first} and {second}"
    )


def with_count(call: Call, match: Match, *dropped: str) -> Call:
    """`call` with the number of elements where `call` has the fields of `broadcast.params`."""
    unused = {"shape", "steps1", "steps2", *dropped}
    fields = {name: value for name, value in call.params.items() if name not in unused}
    return replace(call, params={"count": prod(match.shape("input1"))} | fields)


def flat(p: dict[str, Any]) -> dict[str, Any]:
    """The fields of `broadcast.params` for operands of `count` elements."""
    step = (0, 0, 0, 1)
    return p | {"shape": (1, 1, 1, p["count"]), "steps1": step, "steps2": step}


def made_for(dtype: str, portable: Kernel, context: Context) -> Kernel:
    """The kernel for "s8" or "s16"."""

    def lower(match: Match) -> Call:
        return with_count(portable.lower(match), match, "subtract")

    def reference(p: dict[str, Any], a: NDArray[Any], b: NDArray[Any]) -> NDArray[Any]:
        return portable.reference(flat(p) | {"subtract": 0}, a.reshape(-1), b.reshape(-1))

    return adapter.of(
        portable,
        f"tc_cmsis_add_{dtype}",
        f"arm_elementwise_add_{dtype}",
        context,
        lower,
        it_is_a_sum,
        shapes_are_equal,
        reference=reference,
        overlaps=overlap.both_in_order,
    )


def kernel(context: Context) -> Kernel:
    return made_for("s8", add_s8.KERNEL, context)
