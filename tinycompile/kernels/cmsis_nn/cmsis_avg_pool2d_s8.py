"""Average pool on int8 by CMSIS-NN."""

from dataclasses import replace

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.cmsis_nn import adapter, scratch
from tinycompile.kernels.cmsis_nn.context import Context
from tinycompile.kernels.portable.s8 import avg_pool2d_s8


def no_dilation(match: Match) -> str | None:
    """The window has no dilation."""
    dilation = tuple(map(int, match.attrs("pool").dilation))
    return None if dilation == (1, 1) else f"it has {dilation}"


def without_dilation(call: Call) -> Call:
    """`call` without the fields that CMSIS-NN has no use for."""
    fields = {name: value for name, value in call.params.items() if not name.startswith("dilation")}
    return replace(call, params=fields)


def made_for(dtype: str, portable: Kernel, context: Context) -> Kernel:
    """The kernel for "s8" or "s16"."""

    def lower(match: Match) -> Call:
        call = without_dilation(portable.lower(match))
        return adapter.with_scratch(call, scratch.average_pool, context)

    return adapter.of(
        portable,
        f"tc_cmsis_avg_pool2d_{dtype}",
        f"arm_avgpool_{dtype}",
        context,
        lower,
        no_dilation,
        reference=lambda p, x: portable.reference(p | {"dilation_h": 1, "dilation_w": 1}, x),
        takes_scratch=True,
    )


def kernel(context: Context) -> Kernel:
    return made_for("s8", avg_pool2d_s8.KERNEL, context)
