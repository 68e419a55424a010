"""Depthwise conv2d on int8 by CMSIS-NN."""

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.cmsis_nn import adapter, scratch
from tinycompile.kernels.cmsis_nn.context import Context
from tinycompile.kernels.portable.s8 import depthwise_conv2d_s8
from tinycompile.kernels.shared import window


def channels_are_several(match: Match) -> str | None:
    """The input has several channels; with one, the layer is an ordinary convolution, and faster as that."""
    return "it has one" if match.shape("input")[3] == 1 else None


def no_window_is_empty(match: Match) -> str | None:
    """Every window holds a pixel of the input."""
    return window.empty(window.convolution(match))


def kernel(context: Context) -> Kernel:
    def lower(match: Match) -> Call:
        call = adapter.with_wide_shifts(depthwise_conv2d_s8.lower(match))
        return adapter.with_scratch(call, scratch.depthwise, context)

    return adapter.of(
        depthwise_conv2d_s8.KERNEL,
        "tc_cmsis_depthwise_conv2d_s8",
        "arm_depthwise_conv_wrapper_s8",
        context,
        lower,
        channels_are_several,
        no_window_is_empty,
        takes_scratch=True,
    )
