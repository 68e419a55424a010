"""Depthwise conv2d on int16 with int8 weights for Helium: the products of 8 channels at a time."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.families import MVE
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.mve import dense, dense_s16, depthwise
from tinycompile.kernels.portable.s8 import depthwise_conv2d_s8
from tinycompile.kernels.portable.s16 import depthwise_conv2d_s16 as portable_kernel
from tinycompile.kernels.shared import accumulate_s16
from tinycompile.kernels.shared import high_half_requantization as high_half
from tinycompile.target import Isa

BLOCK = 8  # channels


def sums_have_32_bits(match: Match) -> str | None:
    """Sums have 32 bits, factors to the output are from 2^-17 to 1/2, or the bias is int32."""
    found = dense_s16.way(by_channel(portable_kernel.lower(match).params))
    return "some do not" if found == dense_s16.LONG else None


def by_channel(p: dict[str, Any]) -> dict[str, Any]:
    """`p` of the portable kernel with weights (channels, products in a sum)."""
    return p | {"weights": p["weights"].reshape(-1, p["weights"].shape[2]).T}


def lower(match: Match) -> Call:
    return call(portable_kernel.lower(match))


def call(portable: Call) -> Call:
    """That of this kernel for one of the portable kernel."""
    p: dict[str, Any] = portable.params
    found = dense_s16.way(by_channel(p))
    if found == dense_s16.SHORT:
        p = high_half.steady(p, axis=2)
    sizes = {("channels" if k == "input_c" else k): v for k, v in dense.numbers(p).items()}
    del sizes["output_c"]
    words = dense_s16.words(p, found)  # (kinds, channels)
    blocks = np.pad(words, ((0, 0), (0, -words.shape[1] % BLOCK))).reshape(len(words), -1, 4, 2)
    table = np.ascontiguousarray(blocks.transpose(1, 0, 3, 2)).ravel()
    return replace(portable, params=sizes | {"weights": p["weights"], "words": table})


def reference(p: dict[str, Any], x: NDArray[np.int16]) -> NDArray[np.int16]:
    """x is (H, W, C) of any leading dimensions of 1."""
    image = x.reshape(p["input_h"], p["input_w"], p["channels"]).astype(np.int64)
    count = p["channels"]
    channels = {"input_c": count, "output_c": count, "bias": np.zeros(count, np.int64)}
    sums = depthwise_conv2d_s8.sums(p | channels, image)
    kinds = dense_s16.KINDS[dense_s16.NARROW if p["narrow"] else dense_s16.SHORT]
    blocks = p["words"].astype(np.int64).reshape(-1, kinds, 2, 4).transpose(1, 0, 3, 2)
    bias, *rest = blocks.reshape(kinds, -1)[:, :count]
    if not p["narrow"]:
        return accumulate_s16.clamp(p, ((sums + bias) * rest[0] + (1 << 30)) >> 31)
    return accumulate_s16.leave(p | {"multipliers": rest[0], "shifts": rest[1]}, sums + bias)


KERNEL = Kernel(
    "tc_mve_depthwise_conv2d_s16",
    portable_kernel.KERNEL.pattern,
    lower,
    reference,
    constraints=(
        *portable_kernel.KERNEL.constraints,
        depthwise.channels_have_one_filter,
        sums_have_32_bits,
    ),
    isa=Isa.MVE,
    per_image=True,
    summary="2-D convolution of each int16 channel by itself, with one int8 filter.",
    family=MVE,
)
