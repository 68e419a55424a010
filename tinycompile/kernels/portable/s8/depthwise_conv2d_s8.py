"""Depthwise conv2d on int8: every input channel has filters of its own, one or several."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile import row_form
from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.portable.s8 import conv2d_s8
from tinycompile.kernels.shared import accumulate, overlap, window


def every_channel_is_a_group(match: Match) -> str | None:
    """The convolution is depthwise: it has as many groups as input channels."""
    groups, channels = int(match.attrs("conv").groups), match.shape("input")[3]
    return None if groups == channels else f"{groups} groups, {channels} channels"


def lower(match: Match) -> Call:
    return Call(
        inputs=("input",),
        params={**window.convolution(match)}
        | accumulate.zero_points_and_bounds(match)
        | {"weights": weights_of(match)}
        | {"bias": accumulate.bias(match)}
        | accumulate.multipliers(accumulate.channel_factors(match)),
        macs=conv2d_s8.macs(match),
    )


def weights_of(match: Match) -> NDArray[np.int8]:
    """(H, W, O)"""
    weights = match.array("weights")[..., 0]  # (O, H, W)
    return np.ascontiguousarray(np.moveaxis(weights, 0, 2))


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    """x is (H, W, C) of any leading dimensions of 1."""
    image = x.reshape(p["input_h"], p["input_w"], p["input_c"]).astype(np.int64)
    return accumulate.leave(p, sums(p, image - p["input_zero_point"]))


def sums(p: dict[str, Any], image: NDArray[Any]) -> NDArray[Any]:
    """(output_h, output_w, output_c) of products with (H, W, C), in the type of `image`, and the bias."""
    image = np.repeat(image, p["output_c"] // p["input_c"], axis=2)
    total: NDArray[Any] = (
        np.zeros((p["output_h"], p["output_w"], p["output_c"]), image.dtype) + p["bias"]
    )
    for ky, kx, where, pixels in window.taps(p, image):
        total[where] += pixels * p["weights"][ky, kx]
    return total


KERNEL = Kernel(
    "tc_depthwise_conv2d_s8",
    conv2d_s8.pattern,
    lower,
    reference,
    constraints=(
        every_channel_is_a_group,
        conv2d_s8.layouts_are_canonical,
        window.sizes_fit(window.convolution),
        *accumulate.CONSTRAINTS,
    ),
    per_image=True,
    rows=row_form.windows,
    overlaps=overlap.windows(),
    summary="2-D convolution of each input channel by itself, with one filter or several.",
)
