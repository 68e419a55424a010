"""Avg pool on int16 by CMSIS-NN."""

from tinycompile.kernel import Kernel, Match
from tinycompile.kernels import avg_pool2d_s16, cmsis, cmsis_scratch
from tinycompile.kernels.cmsis_avg_pool2d_s8 import no_dilation, without_dilation
from tinycompile.program import Call


def kernel(context: cmsis.Context) -> Kernel:
    def lower(match: Match) -> Call:
        call = without_dilation(avg_pool2d_s16.KERNEL.lower(match))
        return cmsis.with_scratch(call, cmsis_scratch.average_pool, context)

    return cmsis.adapter(
        avg_pool2d_s16.KERNEL,
        "tc_cmsis_avg_pool2d_s16",
        "arm_avgpool_s16",
        context,
        lower,
        no_dilation,
        reference=lambda p, x: avg_pool2d_s16.KERNEL.reference(
            p | {"dilation_h": 1, "dilation_w": 1}, x
        ),
        takes_scratch=True,
    )
