"""Max pool on int8 by CMSIS-NN."""

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.cmsis_nn import adapter
from tinycompile.kernels.cmsis_nn.cmsis_avg_pool2d_s8 import no_dilation, without_dilation
from tinycompile.kernels.cmsis_nn.context import Context
from tinycompile.kernels.portable.s8 import avg_pool2d_s8, max_pool2d_s8


def made_for(dtype: str, portable: Kernel, context: Context) -> Kernel:
    """The kernel for "s8" or "s16"."""

    def lower(match: Match) -> Call:
        return without_dilation(portable.lower(match))

    return adapter.of(
        portable,
        f"tc_cmsis_max_pool2d_{dtype}",
        f"arm_max_pool_{dtype}",
        context,
        lower,
        no_dilation,
        avg_pool2d_s8.no_window_is_empty,
        reference=lambda p, x: portable.reference(p | {"dilation_h": 1, "dilation_w": 1}, x),
    )


def kernel(context: Context) -> Kernel:
    return made_for("s8", max_pool2d_s8.KERNEL, context)
