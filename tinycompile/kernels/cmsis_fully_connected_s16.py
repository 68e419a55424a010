"""A fully connected layer on int16 with int8 weights of one scale by CMSIS-NN."""

from dataclasses import replace

import numpy as np

from tinycompile.kernel import Kernel, Match
from tinycompile.kernels import accumulate, cmsis, cmsis_s16, fully_connected_s16
from tinycompile.kernels.cmsis_fully_connected_s8 import first, weights_have_one_scale
from tinycompile.program import Call


def kernel(context: cmsis.Context) -> Kernel:
    def lower(match: Match) -> Call:
        factors = accumulate.channel_factors(match)
        call = cmsis_s16.with_full_multipliers(fully_connected_s16.lower(match), factors)
        p = dict(call.params)
        factor = {"multiplier": first(p.pop("multipliers")), "shift": first(p.pop("shifts"))}
        return replace(call, params=p | factor)

    return cmsis.adapter(
        fully_connected_s16.KERNEL,
        "tc_cmsis_fully_connected_s16",
        "arm_fully_connected_s16",
        context,
        lower,
        weights_have_one_scale,
        *cmsis_s16.CONSTRAINTS,
        reference=lambda p, x: fully_connected_s16.reference(
            cmsis_s16.portable(p | {"multipliers": p["multiplier"], "shifts": np.int8(p["shift"])}),
            x,
        ),
    )
