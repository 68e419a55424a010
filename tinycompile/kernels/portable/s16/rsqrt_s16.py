"""The inverse square root of int16, by Newton's method."""

import math
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.shared import accumulate, bounds, overlap
from tinycompile.kernels.shared.unary_tflite import inverse_roots, root_factor
from tinycompile.quantization import requantize


def pattern() -> Pattern:
    p = Pattern()
    return p.quantize(p.op("inverse", "relax.rsqrt", p.dequantize("input")))


def factor_fits(match: Match) -> str | None:
    """The largest output, that of 1, lies in [2^-11, 2^30) in steps of the output."""
    scale, out = (match.quantization(part).scale for part in ("input", "output"))
    largest = 1 / (math.sqrt(scale) * out)
    return None if 2.0**-11 <= largest < 2**30 else f"it is {largest:.3g}"


def lower(match: Match) -> Call:
    low, high = match.clamp()
    multiplier, shift = root_factor(match.quantization("input"), match.quantization("output"))
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
    inverse = inverse_roots(np.maximum(x, 1).astype(np.int64))
    out = np.where(x > 0, requantize(inverse, p["multiplier"], p["shift"]), p["max"])
    return np.asarray(np.clip(out, p["min"], p["max"]), np.int16)


KERNEL = Kernel(
    "tc_rsqrt_s16",
    pattern,
    lower,
    reference,
    constraints=(accumulate.activations_are_int16, accumulate.zero_points_are_0, factor_fits),
    bounds=bounds.elementwise,
    overlaps=overlap.in_order,
    summary="Inverse square root of int16; what is not positive gives the maximum.",
)
