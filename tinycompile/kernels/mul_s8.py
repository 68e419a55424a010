"""The product of two int8 tensors, one of which may be constant (`mul_constant_s8`)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels import broadcast
from tinycompile.program import Call, Param
from tinycompile.quantization import QParams, quantize_multiplier


def pattern() -> Pattern:
    p = Pattern()
    product = p.op("product", "relax.multiply", p.dequantize("input1"), p.dequantize("input2"))
    return p.quantize(product)


def factor(match: Match) -> float:
    """The real value of a product of integers, in steps of the output."""
    second = "constant" if "constant" in match else "input2"
    s1, s2 = match.quantization("input1").scale, match.quantization(second).scale
    return s1 * s2 / match.quantization("output").scale


def factor_fits(match: Match) -> str | None:
    """The operands' scales, multiplied, are less than 2^14 times the output's."""
    return None if factor(match) < 2**14 else f"they are {factor(match):.3g} times"


def leaving(match: Match, out: QParams) -> dict[str, Param]:
    low, high = match.clamp()
    multiplier, shift = quantize_multiplier(factor(match))
    return {
        "output_zero_point": out.zero_point,
        "min": low,
        "max": high,
        "multiplier": multiplier,
        "shift": shift,
    }


def lower(match: Match) -> Call:
    a, b, out = (match.quantization(part) for part in ("input1", "input2", "output"))
    return Call(
        inputs=("input1", "input2"),
        params=broadcast.params(match)
        | {"zero_point1": a.zero_point, "zero_point2": b.zero_point}
        | leaving(match, out),
        in_place=broadcast.in_place(match, "input1", "input2"),
    )


def reference(
    p: dict[str, Any], input1: NDArray[np.int8], input2: NDArray[np.int8]
) -> NDArray[np.int8]:
    a = broadcast.gather(input1.astype(np.int64) - p["zero_point1"], p["shape"], p["steps1"])
    b = broadcast.gather(input2.astype(np.int64) - p["zero_point2"], p["shape"], p["steps2"])
    return broadcast.leave(p, a * b)


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
    summary="Product of two tensors, broadcast as in numpy.",
    headers=("tc_broadcast.h", "tc_requantize.h"),
)
