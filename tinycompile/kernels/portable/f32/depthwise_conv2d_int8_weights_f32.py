"""Depthwise conv2d on float32, over weights that stay int8."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.portable.f32 import conv2d_int8_weights_f32, depthwise_conv2d_f32
from tinycompile.kernels.shared import int8_weights, overlap


def lower(match: Match) -> Call:
    call = depthwise_conv2d_f32.lower(match)
    weights = depthwise_conv2d_f32.by_tap(int8_weights.integers(match))
    return replace(call, params=call.params | int8_weights.fields(match, weights))


def reference(p: dict[str, Any], x: NDArray[np.float32]) -> NDArray[np.float32]:
    """x is (H, W, C) of any leading dimensions of 1."""
    return depthwise_conv2d_f32.reference(int8_weights.real(p, channel_axis=2), x)


KERNEL = Kernel(
    "tc_depthwise_conv2d_int8_weights_f32",
    conv2d_int8_weights_f32.pattern,
    lower,
    reference,
    constraints=(*int8_weights.CONSTRAINTS, *depthwise_conv2d_f32.CONSTRAINTS),
    per_image=True,
    overlaps=overlap.windows(size=4),
    summary="2-D convolution of each input channel by itself, in float over weights that stay int8.",
)
