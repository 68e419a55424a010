"""Leaky ReLU on int16: two factors, one for each sign."""

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.shared import accumulate, bounds, overlap
from tinycompile.kernels.shared.unary_tflite import leaky_factors, ratio
from tinycompile.quantization import requantize


def pattern() -> Pattern:
    p = Pattern()
    return p.quantize(p.op("leaky", "relax.nn.leakyrelu", p.dequantize("input")))


def alpha(match: Match) -> float:
    return float(match.attrs("leaky").alpha)


def factors_fit(match: Match) -> str | None:
    """The input's scale, and that times the slope, are less than 2^15 times the output's."""
    identity = ratio(match.quantization("input"), match.quantization("output"))
    largest = identity * max(1.0, abs(alpha(match)))
    return None if largest < 2**15 else f"one is {largest:.3g} times"


def lower(match: Match) -> Call:
    low, high = match.clamp()
    (multiplier, shift), (slope_multiplier, slope_shift), sign = leaky_factors(
        alpha(match), match.quantization("input"), match.quantization("output")
    )
    return Call(
        inputs=("input",),
        params={
            "count": prod(match.shape("input")),
            "min": low,
            "max": high,
            "multiplier": multiplier,
            "slope_multiplier": slope_multiplier,
            "shift": shift,
            "slope_shift": slope_shift,
            "negate": int(sign < 0),
        },
    )


def reference(p: dict[str, Any], x: NDArray[np.int16]) -> NDArray[np.int16]:
    positive = requantize(x, p["multiplier"], p["shift"])
    negative = requantize(x, p["slope_multiplier"], p["slope_shift"])
    out = np.where(x >= 0, positive, -negative if p["negate"] else negative)
    return np.asarray(np.clip(out, p["min"], p["max"]), np.int16)


KERNEL = Kernel(
    "tc_leaky_relu_s16",
    pattern,
    lower,
    reference,
    constraints=(accumulate.activations_are_int16, accumulate.zero_points_are_0, factors_fit),
    bounds=bounds.elementwise,
    overlaps=overlap.in_order,
    summary="Leaky ReLU of int16.",
)
