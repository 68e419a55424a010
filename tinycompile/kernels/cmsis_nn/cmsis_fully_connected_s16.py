"""A fully connected layer on int16 by CMSIS-NN, with weights of one scale."""

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.cmsis_nn import adapter, s16
from tinycompile.kernels.cmsis_nn.cmsis_fully_connected_s8 import (
    tables,
    weights_have_one_scale,
    with_one_factor,
)
from tinycompile.kernels.cmsis_nn.context import Context
from tinycompile.kernels.portable.s16 import fully_connected_s16


def kernel(context: Context) -> Kernel:
    def lower(match: Match) -> Call:
        call = s16.called(fully_connected_s16.lower(match), "narrow")
        return with_one_factor(call)

    return adapter.of(
        fully_connected_s16.KERNEL,
        "tc_cmsis_fully_connected_s16",
        "arm_fully_connected_s16",
        context,
        lower,
        weights_have_one_scale,
        s16.bias_is_wide,
        s16.first_products_fit,
        s16.outputs_fit,
        reference=lambda p, x: fully_connected_s16.reference(s16.portable(tables(p)), x),
    )
