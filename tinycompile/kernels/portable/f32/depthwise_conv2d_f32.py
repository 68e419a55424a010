"""Depthwise conv2d on float32: every input channel has filters of its own, one or several."""

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.portable.f32 import conv2d_f32
from tinycompile.kernels.portable.s8 import conv2d_s8, depthwise_conv2d_s8
from tinycompile.kernels.shared import float32, overlap, window


def lower(match: Match) -> Call:
    weights = by_tap(float32.weights(match))
    return Call(
        inputs=("input",),
        params={**conv2d_f32.geometry(match)}
        | float32.bounds(match)
        | {"weights": weights, "bias": float32.bias(match)},
        macs=prod(match.shape("conv")) * prod(weights.shape[:2]),
    )


def by_tap(weights: NDArray[Any]) -> NDArray[Any]:
    """(H, W, O) of (O, H, W, 1)"""
    return np.ascontiguousarray(np.moveaxis(weights[..., 0], 0, 2))


def reference(p: dict[str, Any], x: NDArray[np.float32]) -> NDArray[np.float32]:
    """x is (H, W, C) of any leading dimensions of 1."""
    image = x.reshape(p["input_h"], p["input_w"], p["input_c"]).astype(np.float64)
    return float32.bound(p, depthwise_conv2d_s8.sums(p, image))


CONSTRAINTS = (
    depthwise_conv2d_s8.every_channel_is_a_group,
    float32.input_is_float32,
    conv2d_s8.layouts_are_canonical,
    float32.bias_is_per_channel,
    window.sizes_fit(conv2d_f32.geometry),
)
KERNEL = Kernel(
    "tc_depthwise_conv2d_f32",
    conv2d_f32.pattern,
    lower,
    reference,
    constraints=CONSTRAINTS,
    per_image=True,
    overlaps=overlap.windows(size=4),
    summary="2-D convolution in float of each input channel by itself, with one filter or several.",
)
