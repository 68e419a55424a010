"""A fully connected layer on int8 by CMSIS-NN, with a scale for each output."""

from tinycompile.kernel import Kernel, Match
from tinycompile.kernels import cmsis, fully_connected_s8
from tinycompile.program import Call


def kernel(context: cmsis.Context) -> Kernel:
    def lower(match: Match) -> Call:
        return cmsis.with_wide_shifts(fully_connected_s8.lower(match))

    return cmsis.adapter(
        fully_connected_s8.KERNEL,
        "tc_cmsis_fully_connected_channels_s8",
        "arm_fully_connected_per_channel_s8",
        context,
        lower,
    )
