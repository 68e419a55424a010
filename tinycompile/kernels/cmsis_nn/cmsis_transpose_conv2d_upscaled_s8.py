"""Transposed conv2d on int8 by CMSIS-NN's convolution over the input with zeros between its pixels.

CMSIS-NN's wrapper does this too, but turns the kernels round in memory at every run; here they are
constants.
"""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Constraint, Kernel, Match
from tinycompile.kernels.cmsis_nn import adapter, cmsis_transpose_conv2d_s8, scratch
from tinycompile.kernels.cmsis_nn.context import Context
from tinycompile.kernels.portable.s8 import transpose_conv2d_s8

FEW_CHANNELS = 16  # CMSIS-NN's own threshold


def strides_are_small(match: Match) -> str | None:
    """Strides are 1 or 2."""
    p = transpose_conv2d_s8.geometry(match)
    strides = p["stride_h"], p["stride_w"]
    return None if max(strides) <= 2 else f"they are {strides}"


def padding_is_within_the_kernel(match: Match) -> str | None:
    """There is less padding on top and on the left than the kernel is high and wide."""
    p = transpose_conv2d_s8.geometry(match)
    fits = p["pad_top"] < p["kernel_h"] and p["pad_left"] < p["kernel_w"]
    return None if fits else f"{p['pad_top']} and {p['pad_left']}"


def channels_are_many(context: Context) -> Constraint:
    rolling = cmsis_transpose_conv2d_s8.kernel(context)

    def check(match: Match) -> str | None:
        """The input has more than 16 channels, or arm_transpose_conv_s8, faster for few, does not apply."""
        channels = match.shape("input")[3]
        few = channels <= FEW_CHANNELS and rolling.refusal(match) is None
        return f"it has {channels}" if few else None

    return check


def upscaled(call: Call) -> Call:
    """`call` as a convolution: padding to the kernel's edge, kernels turned."""
    p: dict[str, Any] = dict(call.params)
    renamed = {name.replace("stride", "scale"): value for name, value in p.items()}
    return replace(
        call,
        params=renamed
        | {
            "pad_top": p["kernel_h"] - 1 - p["pad_top"],
            "pad_left": p["kernel_w"] - 1 - p["pad_left"],
            "weights": np.ascontiguousarray(p["weights"][:, ::-1, ::-1]),
        },
    )


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    portable = {
        "stride_h": p["scale_h"],
        "stride_w": p["scale_w"],
        "pad_top": p["kernel_h"] - 1 - p["pad_top"],
        "pad_left": p["kernel_w"] - 1 - p["pad_left"],
        "weights": p["weights"][:, ::-1, ::-1],
    }
    return transpose_conv2d_s8.reference(p | portable, x)


def kernel(context: Context) -> Kernel:
    def lower(match: Match) -> Call:
        call = adapter.with_wide_shifts(upscaled(transpose_conv2d_s8.lower(match)))
        return adapter.with_scratch(call, scratch.columns, context)

    return adapter.of(
        transpose_conv2d_s8.KERNEL,
        "tc_cmsis_transpose_conv2d_upscaled_s8",
        "arm_convolve_s8",
        context,
        lower,
        strides_are_small,
        padding_is_within_the_kernel,
        channels_are_many(context),
        since=7,
        reference=reference,
        takes_scratch=True,
    )
