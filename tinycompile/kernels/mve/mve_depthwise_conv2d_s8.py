"""Depthwise conv2d on int8 for Helium, of any window: the products of 16 channels at a time."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.families import MVE
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.mve import dense, depthwise
from tinycompile.kernels.portable.s8 import depthwise_conv2d_s8 as portable_kernel
from tinycompile.target import Isa

BLOCK = 16  # channels
SLACK = 16  # bytes behind the strip that vectors read


def weights_have_a_negative(match: Match) -> str | None:
    """No weight is -128: two products fit 16 bits."""
    return "one is" if (match.array("weights") == -128).any() else None


def lower(match: Match) -> Call:
    return call(portable_kernel.lower(match))


def call(portable: Call) -> Call:
    """That of this kernel for one of the portable kernel."""
    weights, p = portable.params["weights"], dense.numbers(portable.params)
    assert isinstance(weights, np.ndarray)
    height, width, channels = weights.shape
    beyond = -channels % BLOCK
    taps = height * width
    blocks = np.pad(weights.reshape(taps, channels), ((0, taps % 2), (0, beyond)))
    vectors = blocks.reshape(len(blocks), -1, BLOCK).transpose(1, 0, 2)
    fields = depthwise.tables(portable, np.ascontiguousarray(vectors).ravel())
    words = fields["words"]  # (channels, kinds)
    assert isinstance(words, np.ndarray)
    of_blocks = np.pad(words, ((0, beyond), (0, 0))).reshape(-1, 4, 4, words.shape[1])
    fields["words"] = np.ascontiguousarray(of_blocks.transpose(0, 2, 3, 1)).ravel()
    sizes = {("channels" if name == "input_c" else name): value for name, value in p.items()}
    del sizes["output_c"]
    return replace(portable, params=sizes | fields, scratch=scratch(sizes))


def scratch(p: dict[str, Any]) -> int:
    """Bytes: offsets of the taps, and the rows that a row of outputs sees."""
    columns = (p["output_w"] - 1) * p["stride_w"] + (p["kernel_w"] - 1) * p["dilation_w"] + 1
    rows = (p["kernel_h"] - 1) * p["dilation_h"] + 1
    taps = p["kernel_h"] * p["kernel_w"]
    return int(4 * (taps + taps % 2) + rows * columns * p["channels"] + SLACK)


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    """x is (H, W, C) of any leading dimensions of 1."""
    height, width, channels = p["kernel_h"], p["kernel_w"], p["channels"]
    taps = height * width
    blocks = p["weights"].reshape(-1, taps + taps % 2, BLOCK)[:, :taps].transpose(1, 0, 2)
    weights = blocks.reshape(height, width, -1)[..., :channels]
    words = p["words"].reshape(-1, 4, 2 if p["scale"] else 3, 4).transpose(0, 3, 1, 2)
    alike = {"input_row": 1, "input_column": 0, "output_row": 1, "output_column": 0}
    of_channels = {"words": words.reshape(-1, words.shape[3])[:channels]}
    return depthwise.reference(p | alike | of_channels, weights, x)


KERNEL = Kernel(
    "tc_mve_depthwise_conv2d_s8",
    portable_kernel.KERNEL.pattern,
    lower,
    reference,
    constraints=(
        *portable_kernel.KERNEL.constraints,
        depthwise.channels_have_one_filter,
        weights_have_a_negative,
    ),
    isa=Isa.MVE,
    takes_scratch=True,
    per_image=True,
    summary="2-D convolution of each input channel by itself, with one filter.",
    family=MVE,
)
