"""int16 to float32, at the edge of a quantised network."""

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.portable.f32 import dequantize_s8_f32
from tinycompile.kernels.shared.dtypes import input_is, zero_point_is_0


def lower(match: Match) -> Call:
    scale = match.quantization("input").scale
    return Call(inputs=("input",), params={"count": prod(match.shape("input")), "scale": scale})


def reference(p: dict[str, Any], x: NDArray[np.int16]) -> NDArray[np.float32]:
    return x.astype(np.float32) * np.float32(p["scale"])


KERNEL = Kernel(
    "tc_dequantize_s16_f32",
    dequantize_s8_f32.pattern,
    lower,
    reference,
    constraints=(input_is("int16"), dequantize_s8_f32.one_scale, zero_point_is_0("input")),
    summary="int16 to float32.",
)
