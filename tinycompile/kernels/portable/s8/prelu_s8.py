"""PReLU with constant slopes along the last axis."""

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile import row_form
from tinycompile.call import Call, Param
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.shared import overlap
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
    params: dict[str, Param] = {"rows": prod(outer), "channels": channels}
    for part in ("input", "slope", "output"):
        if part == "slope" or match.dtype("input") == "int8":  # int16 has zero point 0
            tensor = "slopes" if part == "slope" else part
            params[f"{part}_zero_point"] = match.quantization(tensor).zero_point
    return Call(
        inputs=("input",),
        params=params
        | {
            "min": low,
            "max": high,
            "multiplier": m,
            "slope_multiplier": slope_m,
            "shift": s,
            "slope_shift": slope_s,
            "slopes": match.array("slopes"),
        },
    )


def reference(p: dict[str, Any], x: NDArray[Any]) -> NDArray[Any]:
    """(rows, channels) -> (rows, channels)."""
    value = x.reshape(p["rows"], p["channels"]).astype(np.int64) - p.get("input_zero_point", 0)
    slopes = p["slopes"].astype(np.int64) - p["slope_zero_point"]
    positive = requantize(value, p["multiplier"], p["shift"])
    negative = requantize(value * slopes, p["slope_multiplier"], p["slope_shift"])
    out = np.where(value >= 0, positive, negative) + p.get("output_zero_point", 0)
    return np.asarray(np.clip(out, p["min"], p["max"]), x.dtype)


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
    rows=row_form.counted("rows"),
    overlaps=overlap.in_order,
    summary="PReLU with constant slopes along the last axis.",
)
