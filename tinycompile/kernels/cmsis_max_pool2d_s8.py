"""Max pool on int8 by CMSIS-NN."""

from tinycompile.kernel import Kernel, Match
from tinycompile.kernels import avg_pool2d_s8, cmsis, max_pool2d_s8
from tinycompile.kernels.cmsis_avg_pool2d_s8 import no_dilation, without_dilation
from tinycompile.program import Call


def made_for(dtype: str, portable: Kernel, context: cmsis.Context) -> Kernel:
    """The kernel for "s8" or "s16"."""

    def lower(match: Match) -> Call:
        return without_dilation(portable.lower(match))

    return cmsis.adapter(
        portable,
        f"tc_cmsis_max_pool2d_{dtype}",
        f"arm_max_pool_{dtype}",
        context,
        lower,
        no_dilation,
        avg_pool2d_s8.no_window_is_empty,
        reference=lambda p, x: portable.reference(p | {"dilation_h": 1, "dilation_w": 1}, x),
    )


def kernel(context: cmsis.Context) -> Kernel:
    return made_for("s8", max_pool2d_s8.KERNEL, context)
