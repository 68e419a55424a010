"""A fully connected layer on int16 by CMSIS-NN, with weights of one scale."""

from tinycompile.kernel import Kernel, Match
from tinycompile.kernels import cmsis, cmsis_s16, fully_connected_s16
from tinycompile.kernels.cmsis_fully_connected_s8 import (
    tables,
    weights_have_one_scale,
    with_one_factor,
)
from tinycompile.program import Call


def kernel(context: cmsis.Context) -> Kernel:
    def lower(match: Match) -> Call:
        call = cmsis_s16.called(fully_connected_s16.lower(match), "narrow")
        return with_one_factor(call)

    return cmsis.adapter(
        fully_connected_s16.KERNEL,
        "tc_cmsis_fully_connected_s16",
        "arm_fully_connected_s16",
        context,
        lower,
        weights_have_one_scale,
        cmsis_s16.bias_is_wide,
        cmsis_s16.first_products_fit,
        cmsis_s16.outputs_fit,
        reference=lambda p, x: fully_connected_s16.reference(cmsis_s16.portable(tables(p)), x),
    )
