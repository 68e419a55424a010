"""The sum or difference of two int8 tensors, one of which may be constant (`add_constant_s8`).

TFLite brings both operands to one scale, twice the larger of theirs, with 20 more bits; their sum
leaves by a third multiplier.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels import broadcast
from tinycompile.program import Call
from tinycompile.quantization import QParams, quantize_multiplier, requantize

EXTRA_BITS = 20


def pattern() -> Pattern:
    p = Pattern()
    a, b = p.dequantize("input1"), p.dequantize("input2")
    return p.quantize(p.op("sum", "relax.add", a, b) | p.op("difference", "relax.subtract", a, b))


def subtracts(match: Match) -> bool:
    return "difference" in match


def factors(a: QParams, b: QParams, out: QParams, subtract: bool) -> list[tuple[int, int]]:
    """Multipliers and shifts of the operands and the sum; TFLite's SUB finds them in float32."""
    real = np.float32 if subtract else np.float64
    s1, s2, s_out = (real(q.scale) for q in (a, b, out))
    twice = 2 * max(s1, s2)
    raised = real(1 << EXTRA_BITS)
    return [
        quantize_multiplier(float(r)) for r in (s1 / twice, s2 / twice, twice / (raised * s_out))
    ]


def output_scale_is_not_tiny(match: Match) -> str | None:
    """The output's scale is more than 2^-19 of the larger operand's scale."""
    second = "constant" if "constant" in match else "input2"
    scales = [match.quantization(part).scale for part in ("input1", second)]
    ratio = match.quantization("output").scale / max(scales)
    return None if ratio > 2.0**-19 else f"it is {ratio:.3g} of it"


def lower(match: Match) -> Call:
    a, b, out = (match.quantization(part) for part in ("input1", "input2", "output"))
    (m1, s1), (m2, s2), (m, s) = factors(a, b, out, subtracts(match))
    low, high = match.clamp()
    return Call(
        inputs=("input1", "input2"),
        params=broadcast.params(match)
        | {
            "zero_point1": a.zero_point,
            "zero_point2": b.zero_point,
            "output_zero_point": out.zero_point,
            "min": low,
            "max": high,
            "multiplier1": m1,
            "multiplier2": m2,
            "multiplier": m,
            "shift1": s1,
            "shift2": s2,
            "shift": s,
            "subtract": int(subtracts(match)),
        },
        in_place=broadcast.in_place(match, "input1", "input2"),
    )


def reference(
    p: dict[str, Any], input1: NDArray[np.int8], input2: NDArray[np.int8]
) -> NDArray[np.int8]:
    a = raised(input1, p["zero_point1"], p["multiplier1"], p["shift1"])
    b = raised(input2, p["zero_point2"], p["multiplier2"], p["shift2"])
    a = broadcast.gather(a, p["shape"], p["steps1"])
    b = broadcast.gather(b, p["shape"], p["steps2"])
    return broadcast.leave(p, a - b if p["subtract"] else a + b)


def raised(x: NDArray[np.int8], zero_point: int, multiplier: int, shift: int) -> NDArray[np.int64]:
    """An operand on the scale of the sum."""
    return requantize((x.astype(np.int64) - zero_point) << EXTRA_BITS, multiplier, shift)


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
    summary="Sum or difference of two tensors, broadcast as in numpy.",
    headers=("tc_broadcast.h", "tc_requantize.h"),
)
