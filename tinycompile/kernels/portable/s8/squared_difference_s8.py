"""The square of the difference of two tensors: of int8 here, of int16 in `squared_difference_s16`.

As in `add_s8`, on a scale that both share.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.shared import broadcast, overlap
from tinycompile.quantization import quantize_multiplier, requantize

EXTRA_BITS = {"int8": 7, "int16": 0}


def pattern() -> Pattern:
    p = Pattern()
    difference = p.op(
        "difference", "relax.subtract", p.dequantize("input1"), p.dequantize("input2")
    )
    return p.quantize(p.op("square", "relax.square", difference))


def factors(match: Match) -> tuple[float, float, float]:
    """Of the operands, to be raised, and of the square of what they become."""
    bits = EXTRA_BITS[match.dtype("input1")]
    s1, s2 = (match.quantization(part).scale for part in ("input1", "input2"))
    twice = 2 * max(s1, s2)
    raised = match.quantization("output").scale * (1 << 2 * bits)
    return s1 / twice, s2 / twice, twice * twice / raised


def output_scale_is_not_small(match: Match) -> str | None:
    """The output's scale is at least 2^-12 of the square of the larger operand's scale."""
    factor = factors(match)[2]
    return None if factor <= 1 else f"it is {2.0**-12 / factor:.3g} of it"


def lower(match: Match) -> Call:
    (m1, s1), (m2, s2), (m, s) = (quantize_multiplier(factor) for factor in factors(match))
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
        },
    )


def reference(p: dict[str, Any], input1: NDArray[Any], input2: NDArray[Any]) -> NDArray[Any]:
    a = broadcast.gather(raised(p, input1, "1"), p["shape"], p["steps1"])
    b = broadcast.gather(raised(p, input2, "2"), p["shape"], p["steps2"])
    return broadcast.leave(p, (a - b) * (a - b), input1.dtype)


def raised(p: dict[str, Any], x: NDArray[Any], operand: str) -> NDArray[np.int64]:
    """Operand "1" or "2" on the scale of the difference."""
    value = x.astype(np.int64) - p.get(f"zero_point{operand}", 0)
    value <<= EXTRA_BITS[x.dtype.name]
    return requantize(value, p[f"multiplier{operand}"], p[f"shift{operand}"])


KERNEL = Kernel(
    "tc_squared_difference_s8",
    pattern,
    lower,
    reference,
    constraints=(
        broadcast.operands_are_computed,
        broadcast.activations_are_int8,
        broadcast.axes_are_few,
        output_scale_is_not_small,
    ),
    overlaps=overlap.operands("steps1", "steps2"),
    summary="Square of the difference of two tensors, broadcast as in numpy.",
)
