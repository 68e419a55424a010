"""float32 to int16, at the edge of a quantised network."""

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.portable.s8 import quantize_f32_s8
from tinycompile.kernels.shared.dtypes import zero_point_is_0


def lower(match: Match) -> Call:
    low, high = match.clamp()
    return Call(
        inputs=("input",),
        params={
            "count": prod(match.shape("input")),
            "scale": match.quantization("output").scale,
            "min": low,
            "max": high,
        },
    )


def reference(p: dict[str, Any], x: NDArray[np.float32]) -> NDArray[np.int16]:
    values = quantize_f32_s8.nearest(p, x)
    return np.asarray(np.clip(values, p["min"], p["max"]), np.int16)


KERNEL = Kernel(
    "tc_quantize_f32_s16",
    quantize_f32_s8.pattern,
    lower,
    reference,
    constraints=(
        quantize_f32_s8.float32_to("int16"),
        quantize_f32_s8.one_scale,
        zero_point_is_0("output"),
    ),
    summary="float32 to int16.",
)
