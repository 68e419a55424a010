"""float32 to int8, at the edge of a quantised network; to int16 in `quantize_f32_s16`."""

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile import row_form
from tinycompile.call import Call
from tinycompile.kernel import Constraint, Kernel, Match, Pattern
from tinycompile.kernels.shared import overlap
from tinycompile.quantization import round_away

FAR = 2**17  # beyond the limits, whatever the zero point


def pattern() -> Pattern:
    p = Pattern()
    return p.quantize(p.tensor("input"))


def one_scale(match: Match) -> str | None:
    """The tensor has one scale."""
    count = match.scales("output").size
    return None if count == 1 else f"it has {count}"


def float32_to(dtype: str) -> Constraint:
    """A constraint of kernels for one type of integers."""

    def check(match: Match) -> str | None:
        found = match.dtype("input"), match.dtype("output.quantize")
        return None if found == ("float32", dtype) else "they are {} and {}".format(*found)

    check.__doc__ = f"The input is float32 and the output {dtype}."
    return check


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


def nearest(p: dict[str, Any], x: NDArray[np.float32]) -> NDArray[np.int64]:
    """In steps of the output; what is not a number becomes the lowest value."""
    with np.errstate(over="ignore", invalid="ignore"):
        quotient = np.clip(x / np.float32(p["scale"]), -FAR, FAR)
    return round_away(np.nan_to_num(quotient, nan=-FAR)).astype(np.int64)


def reference(p: dict[str, Any], x: NDArray[np.float32]) -> NDArray[np.int8]:
    values = nearest(p, x) + p["zero_point"]
    return np.asarray(np.clip(values, p["min"], p["max"]), np.int8)


KERNEL = Kernel(
    "tc_quantize_f32_s8",
    pattern,
    lower,
    reference,
    constraints=(one_scale, float32_to("int8")),
    rows=row_form.counted("count"),
    overlaps=overlap.resized(4, 1, "count"),
    summary="float32 to int8.",
)
