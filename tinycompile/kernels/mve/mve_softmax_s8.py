"""Softmax of int8 for Helium: exponentials are gathered, four at a time."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.families import MVE
from tinycompile.kernel import Match
from tinycompile.kernels.portable.s8 import softmax_s8
from tinycompile.kernels.shared import overlap
from tinycompile.target import Isa

SIZE = "output_size"  # which the portable kernel's struct has


def output_is_int8(match: Match) -> str | None:
    """The output is int8."""
    found = match.dtype("root")
    return None if found == "int8" else f"it is {found}"


def lower(match: Match) -> Call:
    portable = softmax_s8.lower(match)
    params = {name: value for name, value in portable.params.items() if name != SIZE}
    return Call(inputs=portable.inputs, params=params)


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[Any]:
    return softmax_s8.reference(p | {SIZE: 1}, x)


KERNEL = replace(
    softmax_s8.KERNEL,
    symbol="tc_mve_softmax_s8",
    lower=lower,
    reference=reference,
    constraints=(*softmax_s8.KERNEL.constraints, output_is_int8),
    overlaps=overlap.in_order,
    isa=Isa.MVE,
    family=MVE,
)
