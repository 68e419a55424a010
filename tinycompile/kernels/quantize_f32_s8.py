"""float32 to int8, at the edge of a quantised network."""

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.program import Call
from tinycompile.quantization import round_away


def pattern() -> Pattern:
    p = Pattern()
    return p.quantize(p.tensor("input"))


def one_scale(match: Match) -> str | None:
    """The tensor has one scale."""
    count = match.scales("output").size
    return None if count == 1 else f"it has {count}"


def float32_to_int8(match: Match) -> str | None:
    """The input is float32 and the output int8."""
    found = match.dtype("input"), match.dtype("output.quantize")
    return None if found == ("float32", "int8") else "they are {} and {}".format(*found)


def lower(match: Match) -> Call:
    quantization = match.quantization("output")
    low, high = match.clamp()
    return Call(
        inputs=("input",),
        params={
            "count": prod(match.shape("input")),
            "scale": quantization.scale,
            "zero_point": quantization.zero_point,
            "min": low,
            "max": high,
        },
    )


def reference(p: dict[str, Any], x: NDArray[np.float32]) -> NDArray[np.int8]:
    """What is not a number becomes the lowest value."""
    with np.errstate(over="ignore", invalid="ignore"):
        quotient = np.clip(x / np.float32(p["scale"]), -1024, 1024)
    nearest = round_away(np.nan_to_num(quotient, nan=-1024)).astype(np.int64)
    clamped: NDArray[np.int8] = np.clip(nearest + p["zero_point"], p["min"], p["max"]).astype(
        np.int8
    )
    return clamped


KERNEL = Kernel(
    "tc_quantize_f32_s8",
    pattern,
    lower,
    reference,
    constraints=(one_scale, float32_to_int8),
    summary="float32 to int8.",
    headers=("tc_requantize.h",),
)
