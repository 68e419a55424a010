"""conv2d on int16 with int8 weights: any stride, dilation, padding and number of groups."""

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.portable.s8 import conv2d_s8
from tinycompile.kernels.shared import accumulate, accumulate_s16, overlap, window


def lower(match: Match) -> Call:
    weights = match.array("weights")  # (O, H, W, I / groups)
    return Call(
        inputs=("input",),
        params={**window.convolution(match)}
        | {"groups": int(match.attrs("conv").groups)}
        | accumulate_s16.bounds(match)
        | accumulate_s16.tables(match, weights, accumulate.channel_factors(match)),
        macs=conv2d_s8.macs(match),
    )


def reference(p: dict[str, Any], x: NDArray[np.int16]) -> NDArray[np.int16]:
    """x is (H, W, C) of any leading dimensions of 1."""
    image = x.reshape(p["input_h"], p["input_w"], p["input_c"]).astype(np.int64)
    return accumulate_s16.leave(p, conv2d_s8.sums(p, image))


KERNEL = Kernel(
    "tc_conv2d_s16",
    partial(conv2d_s8.pattern, accumulate_s16.biased),
    lower,
    reference,
    constraints=(
        conv2d_s8.layouts_are_canonical,
        window.sizes_fit(window.convolution),
        *accumulate_s16.CONSTRAINTS,
    ),
    per_image=True,
    overlaps=overlap.windows(size=2),
    summary="2-D convolution of int16 by int8, of any stride, dilation, padding and number of groups.",
)
