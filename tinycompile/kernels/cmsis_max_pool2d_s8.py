"""Max pool on int8 by CMSIS-NN."""

from tinycompile.kernel import Kernel, Match
from tinycompile.kernels import avg_pool2d_s8, cmsis, max_pool2d_s8
from tinycompile.kernels.cmsis_avg_pool2d_s8 import no_dilation, without_dilation
from tinycompile.program import Call


def kernel(context: cmsis.Context) -> Kernel:
    def lower(match: Match) -> Call:
        return without_dilation(max_pool2d_s8.lower(match))

    return cmsis.adapter(
        max_pool2d_s8.KERNEL,
        "tc_cmsis_max_pool2d_s8",
        "arm_max_pool_s8",
        context,
        lower,
        no_dilation,
        avg_pool2d_s8.no_window_is_empty,
        reference=lambda p, x: max_pool2d_s8.reference(p | {"dilation_h": 1, "dilation_w": 1}, x),
    )
