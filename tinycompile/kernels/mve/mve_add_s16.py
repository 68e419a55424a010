"""The sum or difference of two int16 tensors for Helium, eight at a time.

TFLite brings both to twice the larger of their scales, with 15 more bits: the one that has it is shifted, the
other is rounded twice.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.families import MVE
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.mve import leave_s16
from tinycompile.kernels.portable.s8 import add_s8
from tinycompile.kernels.portable.s16 import add_s16
from tinycompile.kernels.shared import broadcast
from tinycompile.target import Isa

HALF = 1 << 30, 0  # multiplier and shift
# The same with a factor of its own: what it rounds off comes back, for all int16.
AS_HALF = (1 << 31) - 1, -1
KEPT = ("shape", "steps1", "steps2", "min", "max")


def output_scale_is_usual(match: Match) -> str | None:
    """The output's scale is more than 2^-13, and at most 2^18, of the larger operand's scale."""
    _, _, (_, shift) = add_s8.factors(match)
    return None if leave_s16.divides(shift) else f"it is {add_s8.output_scale(match):.3g} of it"


def smaller_scale_is_usual(match: Match) -> str | None:
    """The smaller scale is at least 2^-31 of the larger one."""
    first, second, _ = add_s8.factors(match)
    smaller = min(first, second, key=lambda pair: pair[0] * 2.0 ** pair[1])
    if smaller == HALF or leave_s16.divides(smaller[1]):
        return None
    scales = sorted(match.quantization(part).scale for part in ("input1", "input2"))
    return f"it is {scales[0] / scales[1]:.3g} of it"


def lower(match: Match) -> Call:
    portable = add_s8.lower(match)
    p: dict[str, Any] = portable.params
    signs = [1, -1 if p["subtract"] else 1]
    first, second = 1, 2  # the second has the larger scale
    if (p["multiplier2"], p["shift2"]) != HALF:
        first, second = 2, 1
    found = p[f"multiplier{first}"], p[f"shift{first}"]
    multiplier, shift = AS_HALF if found == HALF else found
    params = {name: p[name] for name in KEPT} | {
        "steps1": p[f"steps{first}"],
        "steps2": p[f"steps{second}"],
        "multiplier1": multiplier,
        "factor1": leave_s16.factor(shift),
        "sign1": signs[first - 1],
        "sign2": signs[second - 1] << 14,
        "multiplier": p["multiplier"],
        "factor": leave_s16.factor(p["shift"]),
    }
    return Call(inputs=(f"input{first}", f"input{second}"), params=params)


def reference(p: dict[str, Any], x: NDArray[np.int16], y: NDArray[np.int16]) -> NDArray[np.int16]:
    a = broadcast.gather(x.astype(np.int64) << 15, p["shape"], p["steps1"])
    b = broadcast.gather(y.astype(np.int64), p["shape"], p["steps2"])
    raised = leave_s16.twice_rounded(a, p["multiplier1"], p["factor1"])
    return leave_s16.leave(p, raised * p["sign1"] + b * p["sign2"], x.dtype)


KERNEL = Kernel(
    "tc_mve_add_s16",
    add_s16.KERNEL.pattern,
    lower,
    reference,
    constraints=(*add_s16.KERNEL.constraints, output_scale_is_usual, smaller_scale_is_usual),
    bounds=add_s16.KERNEL.bounds,
    overlaps=add_s16.KERNEL.overlaps,
    isa=Isa.MVE,
    family=MVE,
    summary=add_s16.KERNEL.summary,
)
