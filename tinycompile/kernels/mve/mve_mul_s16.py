"""The product of two int16 tensors for Helium, eight at a time."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.families import MVE
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.mve import leave_s16
from tinycompile.kernels.portable.s8 import mul_s8
from tinycompile.kernels.portable.s16 import mul_s16
from tinycompile.kernels.shared import broadcast
from tinycompile.target import Isa

KEPT = ("shape", "steps1", "steps2", "min", "max")


def factor_is_usual(match: Match) -> str | None:
    """The operands' scales, multiplied, are less than 1/2 and at least 2^-32 of the output's."""
    shift = mul_s8.leaving(match)["shift"]
    assert isinstance(shift, int)
    return None if leave_s16.divides(shift) else f"they are {mul_s8.factor(match):.3g} of it"


def lower(match: Match) -> Call:
    portable = mul_s8.lower(match)
    p: dict[str, Any] = portable.params
    leaving = {"multiplier": p["multiplier"], "factor": leave_s16.factor(p["shift"])}
    return Call(inputs=portable.inputs, params={name: p[name] for name in KEPT} | leaving)


def reference(p: dict[str, Any], x: NDArray[np.int16], y: NDArray[np.int16]) -> NDArray[np.int16]:
    a = broadcast.gather(x.astype(np.int64), p["shape"], p["steps1"])
    return leave_s16.leave(p, a * broadcast.gather(y.astype(np.int64), p["shape"], p["steps2"]))


KERNEL = Kernel(
    "tc_mve_mul_s16",
    mul_s16.KERNEL.pattern,
    lower,
    reference,
    constraints=(*mul_s16.KERNEL.constraints, factor_is_usual),
    bounds=mul_s16.KERNEL.bounds,
    overlaps=mul_s16.KERNEL.overlaps,
    isa=Isa.MVE,
    family=MVE,
    summary=mul_s16.KERNEL.summary,
)
