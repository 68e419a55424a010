"""Max pool on int16 by CMSIS-NN."""

from tinycompile.kernel import Kernel, Match
from tinycompile.kernels import avg_pool2d_s8, cmsis, max_pool2d_s16
from tinycompile.kernels.cmsis_avg_pool2d_s8 import no_dilation, without_dilation
from tinycompile.program import Call


def kernel(context: cmsis.Context) -> Kernel:
    def lower(match: Match) -> Call:
        return without_dilation(max_pool2d_s16.KERNEL.lower(match))

    return cmsis.adapter(
        max_pool2d_s16.KERNEL,
        "tc_cmsis_max_pool2d_s16",
        "arm_max_pool_s16",
        context,
        lower,
        no_dilation,
        avg_pool2d_s8.no_window_is_empty,
        reference=lambda p, x: max_pool2d_s16.KERNEL.reference(
            p | {"dilation_h": 1, "dilation_w": 1}, x
        ),
    )
