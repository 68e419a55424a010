"""PReLU on int8 with constant slopes along the last axis."""

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.program import Call
from tinycompile.quantization import quantize_multiplier, requantize


def pattern() -> Pattern:
    p = Pattern()
    slopes = p.dequantize("slopes", constant=True)
    return p.quantize(p.op("prelu", "relax.nn.prelu", p.dequantize("input"), slopes))


def activations_are_int8(match: Match) -> str | None:
    """Input, slopes and output are int8."""
    found = [match.dtype(part) for part in ("input", "slopes", "output.quantize")]
    return None if set(found) == {"int8"} else f"they are {', '.join(found)}"


def slopes_lie_along_the_last_axis(match: Match) -> str | None:
    """There is a slope for each index of the last axis."""
    axis, rank = int(match.attrs("prelu").axis), len(match.shape("input"))
    return None if axis % rank == rank - 1 else f"they lie along axis {axis} of {rank}"


def slopes_have_one_scale(match: Match) -> str | None:
    """The slopes are quantised as a whole."""
    count = match.scales("slopes").size
    return None if count == 1 else f"they have {count} scales"


def factors(match: Match) -> tuple[float, float]:
    """What an input, and a product of input and slope, count in steps of the output."""
    identity = match.quantization("input").scale / match.quantization("output").scale
    product = match.quantization("input").scale * match.quantization("slopes").scale
    return identity, product / match.quantization("output").scale


def factors_fit(match: Match) -> str | None:
    """The input's scale, and that times the slopes' scale, are less than 2^14 times the output's."""
    largest = max(factors(match))
    return None if largest < 2**14 else f"one is {largest:.3g} times"


def lower(match: Match) -> Call:
    (m, s), (slope_m, slope_s) = (quantize_multiplier(factor) for factor in factors(match))
    low, high = match.clamp()
    *outer, channels = match.shape("input")
    return Call(
        inputs=("input",),
        params={
            "rows": prod(outer),
            "channels": channels,
            "input_zero_point": match.quantization("input").zero_point,
            "slope_zero_point": match.quantization("slopes").zero_point,
            "output_zero_point": match.quantization("output").zero_point,
            "min": low,
            "max": high,
            "multiplier": m,
            "slope_multiplier": slope_m,
            "shift": s,
            "slope_shift": slope_s,
            "slopes": match.array("slopes"),
        },
        in_place=(0,),
    )


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    """(rows, channels) -> (rows, channels)."""
    value = x.reshape(p["rows"], p["channels"]).astype(np.int64) - p["input_zero_point"]
    slopes = p["slopes"].astype(np.int64) - p["slope_zero_point"]
    positive = requantize(value, p["multiplier"], p["shift"])
    negative = requantize(value * slopes, p["slope_multiplier"], p["slope_shift"])
    out = np.where(value >= 0, positive, negative) + p["output_zero_point"]
    clamped: NDArray[np.int8] = np.clip(out, p["min"], p["max"]).astype(np.int8)
    return clamped


KERNEL = Kernel(
    "tc_prelu_s8",
    pattern,
    lower,
    reference,
    constraints=(
        activations_are_int8,
        slopes_lie_along_the_last_axis,
        slopes_have_one_scale,
        factors_fit,
    ),
    summary="PReLU with constant slopes along the last axis.",
    headers=("tc_requantize.h",),
)
