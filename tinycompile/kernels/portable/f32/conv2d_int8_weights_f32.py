"""conv2d on float32, over weights that stay int8."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.portable.f32 import conv2d_f32
from tinycompile.kernels.shared import int8_weights, overlap


def pattern() -> Pattern:
    return conv2d_f32.pattern(int8_weights.constant)


def lower(match: Match) -> Call:
    call = conv2d_f32.lower(match)
    weights = int8_weights.integers(match)  # (O, H, W, I / groups)
    return replace(call, params=call.params | int8_weights.fields(match, weights))


def reference(p: dict[str, Any], x: NDArray[np.float32]) -> NDArray[np.float32]:
    """x is (H, W, C) of any leading dimensions of 1."""
    return conv2d_f32.reference(int8_weights.real(p, channel_axis=0), x)


KERNEL = Kernel(
    "tc_conv2d_int8_weights_f32",
    pattern,
    lower,
    reference,
    constraints=(*int8_weights.CONSTRAINTS, *conv2d_f32.CONSTRAINTS),
    per_image=True,
    overlaps=overlap.windows(size=4),
    summary="2-D convolution in float over weights that stay int8.",
)
