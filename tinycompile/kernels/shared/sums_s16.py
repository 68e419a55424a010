"""Sums and differences of two int16 tensors for kernels that treat the operand of the larger scale apart.

TFLite brings both to twice the larger of their scales, with 15 more bits: the one that has it is shifted, the
other is rounded twice.
"""

from typing import Any

from tinycompile.call import Call
from tinycompile.kernel import Match
from tinycompile.kernels.portable.s8 import add_s8
from tinycompile.kernels.shared import leave_s16

HALF = 1 << 30, 0  # multiplier and shift
# The same with a factor of its own: what it rounds off comes back, for all int16.
AS_HALF = (1 << 31) - 1, -1


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


def larger_last(match: Match) -> Call:
    """Of the portable kernel's call one whose second operand has the larger scale.

    The first has a multiplier and a shift to the right of its own, and both have signs.
    """
    portable = add_s8.lower(match)
    p: dict[str, Any] = portable.params
    signs = [1, -1 if p["subtract"] else 1]
    first, second = (1, 2) if (p["multiplier2"], p["shift2"]) == HALF else (2, 1)
    found = p[f"multiplier{first}"], p[f"shift{first}"]
    multiplier, shift = AS_HALF if found == HALF else found
    params = {
        "shape": p["shape"], "steps1": p[f"steps{first}"], "steps2": p[f"steps{second}"],
        "min": p["min"], "max": p["max"],
        "multiplier1": multiplier, "shift1": shift,
        "sign1": signs[first - 1], "sign2": signs[second - 1],
        "multiplier": p["multiplier"], "shift": p["shift"],
    }  # fmt: skip
    return Call(inputs=(f"input{first}", f"input{second}"), params=params)
