"""The sum or difference of two tensors; of int8 here, of int16 in `add_s16`, both also with a constant.

TFLite brings both operands to one scale, twice the larger of theirs, with more bits; their sum
leaves by a third multiplier.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile import row_form
from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.shared import bounds, broadcast, overlap
from tinycompile.quantization import quantize_multiplier, requantize

EXTRA_BITS = {"int8": 20, "int16": 15}


def pattern() -> Pattern:
    p = Pattern()
    a, b = p.dequantize("input1"), p.dequantize("input2")
    return p.quantize(p.op("sum", "relax.add", a, b) | p.op("difference", "relax.subtract", a, b))


def factors(match: Match) -> list[tuple[int, int]]:
    """Multipliers and shifts of the operands and the sum."""
    parts = "input1", broadcast.second_operand(match), "output"
    s1, s2, s_out = (match.quantization(part).scale for part in parts)
    twice = 2 * max(s1, s2)
    raised = 1 << EXTRA_BITS[match.dtype("input1")]
    return [quantize_multiplier(r) for r in (s1 / twice, s2 / twice, twice / (raised * s_out))]


def output_scale_is_not_tiny(match: Match) -> str | None:
    """The output's scale is more than 2^-19 of the larger operand's scale."""
    ratio = output_scale(match)
    return None if ratio > 2.0**-19 else f"it is {ratio:.3g} of it"


def output_scale(match: Match) -> float:
    """In units of the larger operand's scale."""
    operands = "input1", broadcast.second_operand(match)
    return match.quantization("output").scale / max(match.quantization(o).scale for o in operands)


def lower(match: Match) -> Call:
    (m1, s1), (m2, s2), (m, s) = factors(match)
    low, high = match.clamp()
    return Call(
        inputs=("input1", "input2"),
        params=broadcast.params(match)
        | broadcast.zero_points(
            match, zero_point1="input1", zero_point2="input2", output_zero_point="output"
        )
        | {
            "min": low,
            "max": high,
            "multiplier1": m1,
            "multiplier2": m2,
            "multiplier": m,
            "shift1": s1,
            "shift2": s2,
            "shift": s,
            "subtract": int("difference" in match),
        },
    )


def reference(p: dict[str, Any], input1: NDArray[Any], input2: NDArray[Any]) -> NDArray[Any]:
    a = raised(input1, p.get("zero_point1", 0), p["multiplier1"], p["shift1"])
    b = raised(input2, p.get("zero_point2", 0), p["multiplier2"], p["shift2"])
    a = broadcast.gather(a, p["shape"], p["steps1"])
    b = broadcast.gather(b, p["shape"], p["steps2"])
    return broadcast.leave(p, a - b if p["subtract"] else a + b, input1.dtype)


def raised(x: NDArray[Any], zero_point: int, multiplier: int, shift: int) -> NDArray[np.int64]:
    """An operand on the scale of the sum."""
    bits = EXTRA_BITS[x.dtype.name]
    return requantize((x.astype(np.int64) - zero_point) << bits, multiplier, shift)


KERNEL = Kernel(
    "tc_add_s8",
    pattern,
    lower,
    reference,
    constraints=(
        broadcast.operands_are_computed,
        broadcast.activations_are_int8,
        broadcast.axes_are_few,
        output_scale_is_not_tiny,
    ),
    bounds=bounds.monotone,
    rows=row_form.walked("steps1", "steps2"),
    overlaps=overlap.operands("steps1", "steps2"),
    summary="Sum or difference of two tensors, broadcast as in numpy.",
)
