"""The product of two int8 tensors for Helium, eight at a time; of int16 in `mve_mul_s16`."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.families import MVE
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.portable.s8 import mul_s8
from tinycompile.kernels.shared import broadcast, leave_s16
from tinycompile.target import Isa


def factor_is_usual(match: Match) -> str | None:
    """The operands' scales, multiplied, are less than 1/2 and at least 2^-32 of the output's."""
    shift = mul_s8.leaving(match)["shift"]
    assert isinstance(shift, int)
    return None if leave_s16.divides(shift) else f"they are {mul_s8.factor(match):.3g} of it"


def lower(match: Match) -> Call:
    portable = mul_s8.lower(match)
    return Call(inputs=portable.inputs, params=leave_s16.fields(portable.params))


def reference(p: dict[str, Any], x: NDArray[Any], y: NDArray[Any]) -> NDArray[Any]:
    a, b = x.astype(np.int64), y.astype(np.int64)
    a = broadcast.gather(a - p.get("zero_point1", 0), p["shape"], p["steps1"])
    b = broadcast.gather(b - p.get("zero_point2", 0), p["shape"], p["steps2"])
    return leave_s16.leave(p, a * b, x.dtype)


KERNEL = Kernel(
    "tc_mve_mul_s8",
    mul_s8.KERNEL.pattern,
    lower,
    reference,
    constraints=(*mul_s8.KERNEL.constraints, factor_is_usual),
    bounds=mul_s8.KERNEL.bounds,
    rows=mul_s8.KERNEL.rows,
    overlaps=mul_s8.KERNEL.overlaps,
    isa=Isa.MVE,
    family=MVE,
    summary=mul_s8.KERNEL.summary,
)
