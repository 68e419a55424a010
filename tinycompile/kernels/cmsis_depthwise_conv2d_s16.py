"""Depthwise conv2d on int16 with int8 weights by CMSIS-NN."""

from tinycompile.kernel import Kernel, Match
from tinycompile.kernels import accumulate, cmsis, cmsis_s16, cmsis_scratch, depthwise_conv2d_s16
from tinycompile.program import Call


def kernel(context: cmsis.Context) -> Kernel:
    def lower(match: Match) -> Call:
        factors = accumulate.channel_factors(match)
        call = cmsis_s16.with_full_multipliers(depthwise_conv2d_s16.lower(match), factors)
        return cmsis.with_scratch(call, cmsis_scratch.depthwise_s16, context)

    return cmsis.adapter(
        depthwise_conv2d_s16.KERNEL,
        "tc_cmsis_depthwise_conv2d_s16",
        "arm_depthwise_conv_wrapper_s16",
        context,
        lower,
        *cmsis_s16.CONSTRAINTS,
        reference=lambda p, x: depthwise_conv2d_s16.reference(cmsis_s16.portable(p), x),
        takes_scratch=True,
    )
