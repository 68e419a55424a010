"""Depthwise conv2d on int8 by CMSIS-NN."""

from tinycompile.kernel import Kernel, Match
from tinycompile.kernels import cmsis, cmsis_scratch, depthwise_conv2d_s8
from tinycompile.program import Call


def channels_are_several(match: Match) -> str | None:
    """The input has several channels; with one, the layer is an ordinary convolution, and faster as that."""
    return "it has one" if match.shape("input")[3] == 1 else None


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
        takes_scratch=True,
    )
