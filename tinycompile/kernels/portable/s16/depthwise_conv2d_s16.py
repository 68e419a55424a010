"""Depthwise conv2d on int16: every input channel has int8 filters of its own, one or several."""

from functools import partial
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.portable.s8 import conv2d_s8, depthwise_conv2d_s8
from tinycompile.kernels.shared import accumulate, accumulate_s16, overlap, window


def windows_are_small(match: Match) -> str | None:
    """A window has at most 511 taps."""
    taps = prod(match.shape("weights")[1:3])
    return None if taps <= accumulate_s16.MOST_PRODUCTS else f"it has {taps}"


def lower(match: Match) -> Call:
    weights = depthwise_conv2d_s8.weights_of(match)
    return Call(
        inputs=("input",),
        params={**window.convolution(match)}
        | accumulate_s16.bounds(match)
        | accumulate_s16.tables(match, weights, accumulate.channel_factors(match)),
        macs=conv2d_s8.macs(match),
    )


def reference(p: dict[str, Any], x: NDArray[np.int16]) -> NDArray[np.int16]:
    """x is (H, W, C) of any leading dimensions of 1."""
    image = x.reshape(p["input_h"], p["input_w"], p["input_c"]).astype(np.int64)
    return accumulate_s16.leave(p, depthwise_conv2d_s8.sums(p, image))


KERNEL = Kernel(
    "tc_depthwise_conv2d_s16",
    partial(conv2d_s8.pattern, accumulate_s16.biased),
    lower,
    reference,
    constraints=(
        depthwise_conv2d_s8.every_channel_is_a_group,
        conv2d_s8.layouts_are_canonical,
        window.sizes_fit(window.convolution),
        *accumulate_s16.CONSTRAINTS,
        windows_are_small,
    ),
    per_image=True,
    overlaps=overlap.windows(size=2),
    summary="2-D convolution of each int16 channel by itself, with one int8 filter or several.",
)
