"""The absolute value of int16."""

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.shared import accumulate, bounds, overlap
from tinycompile.kernels.shared.unary_tflite import ratio
from tinycompile.quantization import quantize_multiplier, requantize


def pattern() -> Pattern:
    p = Pattern()
    return p.quantize(p.op("absolute", "relax.abs", p.dequantize("input")))


def factor(match: Match) -> float:
    return ratio(match.quantization("input"), match.quantization("output"))


def factor_fits(match: Match) -> str | None:
    """The input's scale is less than 2^15 times the output's."""
    found = factor(match)
    return None if found < 2**15 else f"it is {found:.3g} times it"


def lower(match: Match) -> Call:
    low, high = match.clamp()
    multiplier, shift = quantize_multiplier(factor(match))
    return Call(
        inputs=("input",),
        params={
            "count": prod(match.shape("input")),
            "min": low,
            "max": high,
            "multiplier": multiplier,
            "shift": shift,
        },
    )


def reference(p: dict[str, Any], x: NDArray[np.int16]) -> NDArray[np.int16]:
    out = requantize(np.abs(x.astype(np.int64)), p["multiplier"], p["shift"])
    return np.asarray(np.clip(out, p["min"], p["max"]), np.int16)


KERNEL = Kernel(
    "tc_abs_s16",
    pattern,
    lower,
    reference,
    constraints=(accumulate.activations_are_int16, accumulate.zero_points_are_0, factor_fits),
    bounds=bounds.elementwise,
    overlaps=overlap.in_order,
    summary="Absolute value of int16.",
)
