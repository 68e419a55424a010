"""Depthwise conv2d on int16 by CMSIS-NN."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.cmsis_nn import adapter, s16, scratch
from tinycompile.kernels.cmsis_nn.cmsis_depthwise_conv2d_s8 import (
    channels_are_several,
    no_window_is_empty,
)
from tinycompile.kernels.cmsis_nn.context import Context
from tinycompile.kernels.portable.s16 import depthwise_conv2d_s16
from tinycompile.target import Isa

LANES = 4  # channels that MVE code reads at a time


def with_whole_lanes(call: Call) -> Call:
    """`call` with tables that MVE code may read beyond the last channel."""
    p: dict[str, Any] = dict(call.params)
    more = -p["output_c"] % LANES
    tables = {
        n: np.pad(p[n].reshape(-1), (0, more)) for n in ("weights", "bias", "multipliers", "shifts")
    }
    return replace(call, params=p | tables) if more else call


def reference(p: dict[str, Any], x: NDArray[np.int16]) -> NDArray[np.int16]:
    channels = p["output_c"]
    shape = p["kernel_h"], p["kernel_w"], channels
    known = {name: p[name][:channels] for name in ("bias", "multipliers", "shifts")}
    known["weights"] = p["weights"].reshape(-1)[: np.prod(shape)].reshape(shape)
    return depthwise_conv2d_s16.reference(s16.portable(p | known), x)


def kernel(context: Context) -> Kernel:
    def lower(match: Match) -> Call:
        call = s16.called(depthwise_conv2d_s16.lower(match), "narrow")
        if context.isa == Isa.MVE:
            call = with_whole_lanes(call)
        return adapter.with_scratch(call, scratch.depthwise_s16, context)

    return adapter.of(
        depthwise_conv2d_s16.KERNEL,
        "tc_cmsis_depthwise_conv2d_s16",
        "arm_depthwise_conv_wrapper_s16",
        context,
        lower,
        channels_are_several,
        s16.bias_is_wide,
        no_window_is_empty,
        s16.outputs_fit,
        reference=reference,
        takes_scratch=True,
    )
