"""Depthwise conv2d on int8 by CMSIS-NN."""

from tinycompile.kernel import Kernel, Match
from tinycompile.kernels import cmsis, cmsis_scratch, depthwise_conv2d_s8, window
from tinycompile.program import Call


def channels_are_several(match: Match) -> str | None:
    """The input has several channels; with one, the layer is an ordinary convolution, and faster as that."""
    return "it has one" if match.shape("input")[3] == 1 else None


def no_window_is_empty(match: Match) -> str | None:
    """Every window holds a pixel of the input."""
    return window.empty(window.convolution(match))


def kernel(context: cmsis.Context) -> Kernel:
    def lower(match: Match) -> Call:
        call = cmsis.with_wide_shifts(depthwise_conv2d_s8.lower(match))
        return cmsis.with_scratch(call, cmsis_scratch.depthwise, context)

    return cmsis.adapter(
        depthwise_conv2d_s8.KERNEL,
        "tc_cmsis_depthwise_conv2d_s8",
        "arm_depthwise_conv_wrapper_s8",
        context,
        lower,
        channels_are_several,
        no_window_is_empty,
        takes_scratch=True,
    )
