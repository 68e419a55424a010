"""conv2d on int8, depthwise or not, with packed weights, decoded one filter at a time."""

from dataclasses import replace
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.portable.s8 import conv2d_s8
from tinycompile.kernels.shared import packing


def lower(match: Match) -> Call:
    call = conv2d_s8.lower(match)
    taps = prod(match.array("weights").shape[1:])
    return replace(packing.packed_call(call, packing.of(match)), scratch=taps)


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    """x is (H, W, C) of any leading dimensions of 1."""
    shape = (p["output_c"], p["kernel_h"], p["kernel_w"], p["input_c"] // p["groups"])
    weights = packing.weights(p, prod(shape[1:])).reshape(shape)
    return conv2d_s8.reference(p | {"weights": weights}, x)


KERNEL = Kernel(
    "tc_conv2d_packed_s8",
    conv2d_s8.pattern,
    lower,
    reference,
    constraints=(*conv2d_s8.KERNEL.constraints, *packing.CONSTRAINTS),
    takes_scratch=True,
    packed=True,
    per_image=True,
    summary="2-D convolution of any kind, also depthwise, with weights of 1, 2 or 4 bits.",
)
