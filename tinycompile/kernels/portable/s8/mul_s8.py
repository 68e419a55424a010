"""The product of two tensors; of int8 here, of int16 in `mul_s16`, both also with a constant."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile import row_form
from tinycompile.call import Call, Param
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.shared import bounds, broadcast, overlap
from tinycompile.quantization import quantize_multiplier


def pattern() -> Pattern:
    p = Pattern()
    product = p.op("product", "relax.multiply", p.dequantize("input1"), p.dequantize("input2"))
    return p.quantize(product)


def factor(match: Match) -> float:
    """The real value of a product of integers, in steps of the output."""
    parts = "input1", broadcast.second_operand(match), "output"
    s1, s2, out = (match.quantization(part).scale for part in parts)
    return s1 * s2 / out


def factor_fits(match: Match) -> str | None:
    """The operands' scales, multiplied, are less than 2^14 times the output's."""
    return None if factor(match) < 2**14 else f"they are {factor(match):.3g} times"


def leaving(match: Match) -> dict[str, Param]:
    """The fields from `output_zero_point` to `shift`."""
    low, high = match.clamp()
    multiplier, shift = quantize_multiplier(factor(match))
    return broadcast.zero_points(match, output_zero_point="output") | {
        "min": low,
        "max": high,
        "multiplier": multiplier,
        "shift": shift,
    }


def lower(match: Match) -> Call:
    return Call(
        inputs=("input1", "input2"),
        params=broadcast.params(match)
        | broadcast.zero_points(match, zero_point1="input1", zero_point2="input2")
        | leaving(match),
    )


def reference(p: dict[str, Any], input1: NDArray[Any], input2: NDArray[Any]) -> NDArray[Any]:
    a, b = input1.astype(np.int64), input2.astype(np.int64)
    a = broadcast.gather(a - p.get("zero_point1", 0), p["shape"], p["steps1"])
    b = broadcast.gather(b - p.get("zero_point2", 0), p["shape"], p["steps2"])
    return broadcast.leave(p, a * b, input1.dtype)


KERNEL = Kernel(
    "tc_mul_s8",
    pattern,
    lower,
    reference,
    constraints=(
        broadcast.operands_are_computed,
        broadcast.activations_are_int8,
        broadcast.axes_are_few,
        factor_fits,
    ),
    bounds=bounds.monotone,
    rows=row_form.walked("steps1", "steps2"),
    overlaps=overlap.operands("steps1", "steps2"),
    summary="Product of two tensors, broadcast as in numpy.",
)
