"""int4 weights as CMSIS-NN reads them: two a byte over the whole tensor, the first the lower half."""

from dataclasses import replace
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernels.cmsis_nn import scratch
from tinycompile.kernels.cmsis_nn.context import Context
from tinycompile.kernels.shared import packing
from tinycompile.target import Isa


def halved(call: Call) -> Call:
    """`call` with its weights two a byte."""
    weights = call.params["weights"]
    assert isinstance(weights, np.ndarray)
    data = packing.joined(weights.reshape(1, -1) & 15, 4)[0].view(np.int8)
    return replace(call, params=call.params | {"weights": data}, saved=weights.nbytes - data.nbytes)


def widened(p: dict[str, Any], *shape: int) -> NDArray[np.int8]:
    """The weights of a kernel's parameters."""
    nibbles = packing.split(p["weights"].view(np.uint8).reshape(1, -1), 4)[0, : prod(shape)]
    return ((nibbles << 4).view(np.int8) >> 4).reshape(shape)


def convolution_scratch(p: dict[str, int], context: Context) -> int:
    """With MVE, versions differ in what they ask for and in what they use: enough for all."""
    length = p["kernel_h"] * p["kernel_w"] * p["input_c"]
    if scratch.is_1x1(p):
        return 0
    if context.isa < Isa.MVE or context.version < (6, 0):
        return 4 * length
    return max(scratch.convolution(p, context), 4 * -(-length // 16) * 16)


def depthwise_scratch(p: dict[str, int], context: Context) -> int:
    taps = p["kernel_h"] * p["kernel_w"]
    if p["input_c"] != p["output_c"] or (p["dilation_h"], p["dilation_w"]) != (1, 1):
        return 0
    if context.isa == Isa.MVE and context.version >= (6, 0):
        return 4 * scratch.CHANNELS_IN_BLOCK * taps
    return 2 * p["input_c"] * taps
