"""Average pool on int8 by CMSIS-NN."""

from dataclasses import replace

from tinycompile.kernel import Kernel, Match
from tinycompile.kernels import avg_pool2d_s8, cmsis, cmsis_scratch
from tinycompile.program import Call


def no_dilation(match: Match) -> str | None:
    """The window has no dilation."""
    dilation = tuple(map(int, match.attrs("pool").dilation))
    return None if dilation == (1, 1) else f"it has {dilation}"


def without_dilation(call: Call) -> Call:
    """`call` without the fields that CMSIS-NN has no use for."""
    fields = {name: value for name, value in call.params.items() if not name.startswith("dilation")}
    return replace(call, params=fields)


def kernel(context: cmsis.Context) -> Kernel:
    def lower(match: Match) -> Call:
        call = without_dilation(avg_pool2d_s8.lower(match))
        return cmsis.with_scratch(call, cmsis_scratch.average_pool, context)

    return cmsis.adapter(
        avg_pool2d_s8.KERNEL,
        "tc_cmsis_avg_pool2d_s8",
        "arm_avgpool_s8",
        context,
        lower,
        no_dilation,
        reference=lambda p, x: avg_pool2d_s8.reference(p | {"dilation_h": 1, "dilation_w": 1}, x),
        takes_scratch=True,
    )
