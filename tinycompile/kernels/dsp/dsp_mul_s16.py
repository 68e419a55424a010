"""The product of two int16 tensors, two at a time."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.families import DSP
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.portable.s8 import mul_s8
from tinycompile.kernels.portable.s16 import mul_s16
from tinycompile.kernels.shared import broadcast, leave_s16
from tinycompile.target import Isa

LARGEST_SHIFT = 30  # half a step and the largest product are less than 2^31


def factor_is_usual(match: Match) -> str | None:
    """The operands' scales, multiplied, are less than 1/2 and at least 2^-31 of the output's."""
    shift: Any = mul_s8.leaving(match)["shift"]
    usual = 1 <= -shift <= LARGEST_SHIFT
    return None if usual else f"they are {mul_s8.factor(match):.3g} of it"


def lower(match: Match) -> Call:
    portable = mul_s8.lower(match)
    p: dict[str, Any] = portable.params
    return Call(inputs=portable.inputs, params=p | {"shift": -p["shift"]})


def reference(p: dict[str, Any], x: NDArray[np.int16], y: NDArray[np.int16]) -> NDArray[np.int16]:
    a = broadcast.gather(x.astype(np.int64), p["shape"], p["steps1"])
    b = broadcast.gather(y.astype(np.int64), p["shape"], p["steps2"])
    return leave_s16.leave(p | {"factor": leave_s16.factor(-p["shift"])}, a * b, x.dtype)


KERNEL = Kernel(
    "tc_dsp_mul_s16",
    mul_s16.KERNEL.pattern,
    lower,
    reference,
    constraints=(*mul_s16.KERNEL.constraints, factor_is_usual),
    bounds=mul_s16.KERNEL.bounds,
    overlaps=mul_s16.KERNEL.overlaps,
    isa=Isa.DSP,
    family=DSP,
    summary=mul_s16.KERNEL.summary,
)
