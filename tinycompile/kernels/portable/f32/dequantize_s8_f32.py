"""int8 to float32, at the edge of a quantised network; from int16 in `dequantize_s16_f32`."""

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile import row_form
from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.shared import overlap
from tinycompile.kernels.shared.dtypes import input_is


def pattern() -> Pattern:
    p = Pattern()
    return p.at(p.dequantize("input"))


def one_scale(match: Match) -> str | None:
    """The tensor has one scale."""
    count = match.scales("input").size
    return None if count == 1 else f"it has {count}"


def lower(match: Match) -> Call:
    quantization = match.quantization("input")
    return Call(
        inputs=("input",),
        params={
            "count": prod(match.shape("input")),
            "scale": quantization.scale,
            "zero_point": quantization.zero_point,
        },
    )


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.float32]:
    real: NDArray[np.float32] = (x.astype(np.int32) - p["zero_point"]).astype(np.float32)
    return real * np.float32(p["scale"])


KERNEL = Kernel(
    "tc_dequantize_s8_f32",
    pattern,
    lower,
    reference,
    constraints=(one_scale, input_is("int8")),
    rows=row_form.counted("count"),
    overlaps=overlap.resized(1, 4, "count"),
    summary="int8 to float32.",
)
