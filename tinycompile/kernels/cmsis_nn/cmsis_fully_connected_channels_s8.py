"""A fully connected layer on int8 by CMSIS-NN, with a scale for each output."""

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.cmsis_nn import adapter
from tinycompile.kernels.cmsis_nn.context import Context
from tinycompile.kernels.portable.s8 import fully_connected_s8


def kernel(context: Context) -> Kernel:
    def lower(match: Match) -> Call:
        return adapter.with_wide_shifts(fully_connected_s8.lower(match))

    return adapter.of(
        fully_connected_s8.KERNEL,
        "tc_cmsis_fully_connected_channels_s8",
        "arm_fully_connected_per_channel_s8",
        context,
        lower,
    )
