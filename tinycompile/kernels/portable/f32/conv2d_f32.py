"""conv2d on float32: any stride, dilation, padding and number of groups."""

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.portable.s8 import conv2d_s8
from tinycompile.kernels.shared import float32, overlap, window
from tinycompile.kernels.shared.float32 import Constant


def pattern(constant: Constant = float32.constant) -> Pattern:
    p = Pattern()
    weights = constant(p, "weights")
    return float32.sums_of_products(p, p.op("conv", "relax.nn.conv2d", p.tensor("input"), weights))


def geometry(match: Match) -> dict[str, int]:
    _, height, width, _ = float32.weights(match).shape
    return window.convolution(match, (height, width))


def lower(match: Match) -> Call:
    weights = float32.weights(match)  # (O, H, W, I / groups)
    return Call(
        inputs=("input",),
        params={**geometry(match)}
        | {"groups": int(match.attrs("conv").groups)}
        | float32.bounds(match)
        | {"weights": weights, "bias": float32.bias(match)},
        macs=prod(match.shape("conv")) * prod(weights.shape[1:]),
    )


def reference(p: dict[str, Any], x: NDArray[np.float32]) -> NDArray[np.float32]:
    """x is (H, W, C) of any leading dimensions of 1."""
    image = x.reshape(p["input_h"], p["input_w"], p["input_c"]).astype(np.float64)
    return float32.bound(p, conv2d_s8.sums(p, image))


CONSTRAINTS = (
    float32.input_is_float32,
    conv2d_s8.layouts_are_canonical,
    float32.bias_is_per_channel,
    window.sizes_fit(geometry),
)
KERNEL = Kernel(
    "tc_conv2d_f32",
    pattern,
    lower,
    reference,
    constraints=CONSTRAINTS,
    per_image=True,
    overlaps=overlap.windows(size=4, together=4),
    summary="2-D convolution in float, of any stride, dilation, padding and number of groups.",
)
