"""Depthwise conv2d with int4 weights by CMSIS-NN."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Constraint, Kernel, Match
from tinycompile.kernels.cmsis_nn import adapter, cmsis_depthwise_conv2d_s8, int4
from tinycompile.kernels.cmsis_nn.context import Context
from tinycompile.kernels.portable.s8 import depthwise_conv2d_s8
from tinycompile.kernels.shared import nibbles
from tinycompile.target import Isa


def channels_are_even(match: Match) -> str | None:
    """The input's channels are even, or have one filter each, without dilation."""
    channels = match.shape("input")[3]
    return None if channels % 2 == 0 or is_plain(match) else f"it has {channels}"


def mve_code_is_right(context: Context) -> Constraint:
    def check(match: Match) -> str | None:
        """With MVE, the input's channels have several filters or a dilation, or CMSIS-NN is version 5."""
        # In the code for one filter each, odd channels came out wrong on QEMU's Cortex-M55.
        wrong = context.isa >= Isa.MVE and context.version >= (6, 0) and is_plain(match)
        return "one filter each" if wrong else None

    return check


def is_plain(match: Match) -> bool:
    """CMSIS-NN has a function of its own for one filter each, without dilation."""
    one_each = match.shape("conv")[3] == match.shape("input")[3]
    return one_each and [int(d) for d in match.attrs("conv").dilation] == [1, 1]


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    shape = (p["kernel_h"], p["kernel_w"], p["output_c"])
    return depthwise_conv2d_s8.reference(p | {"weights": int4.widened(p, *shape)}, x)


def kernel(context: Context) -> Kernel:
    def lower(match: Match) -> Call:
        call = int4.halved(adapter.with_wide_shifts(depthwise_conv2d_s8.lower(match)))
        return adapter.with_scratch(call, int4.depthwise_scratch, context)

    return adapter.of(
        depthwise_conv2d_s8.KERNEL,
        "tc_cmsis_depthwise_conv2d_s4",
        "arm_depthwise_conv_wrapper_s4",
        context,
        lower,
        cmsis_depthwise_conv2d_s8.channels_are_several,
        cmsis_depthwise_conv2d_s8.no_window_is_empty,
        channels_are_even,
        mve_code_is_right(context),
        *nibbles.CONSTRAINTS,
        reference=reference,
        takes_scratch=True,
        packed=True,
    )
