"""The sum or difference of two int16 tensors for Helium, eight at a time."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.families import MVE
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.portable.s16 import add_s16
from tinycompile.kernels.shared import broadcast, leave_s16, sums_s16
from tinycompile.target import Isa

KEPT = ("shape", "steps1", "steps2", "min", "max")


def lower(match: Match) -> Call:
    call = sums_s16.larger_last(match)
    p: dict[str, Any] = call.params
    params = {name: p[name] for name in KEPT} | {
        "multiplier1": p["multiplier1"],
        "factor1": leave_s16.factor(p["shift1"]),
        "sign1": p["sign1"],
        "sign2": p["sign2"] << 14,
        "multiplier": p["multiplier"],
        "factor": leave_s16.factor(p["shift"]),
    }
    return Call(inputs=call.inputs, params=params)


def reference(p: dict[str, Any], x: NDArray[np.int16], y: NDArray[np.int16]) -> NDArray[np.int16]:
    a = broadcast.gather(x.astype(np.int64) << 15, p["shape"], p["steps1"])
    b = broadcast.gather(y.astype(np.int64), p["shape"], p["steps2"])
    raised = leave_s16.twice_rounded(a, p["multiplier1"], p["factor1"])
    return leave_s16.leave(p, raised * p["sign1"] + b * p["sign2"], x.dtype)


KERNEL = Kernel(
    "tc_mve_add_s16",
    add_s16.KERNEL.pattern,
    lower,
    reference,
    constraints=(
        *add_s16.KERNEL.constraints,
        sums_s16.output_scale_is_usual,
        sums_s16.smaller_scale_is_usual,
    ),
    bounds=add_s16.KERNEL.bounds,
    overlaps=add_s16.KERNEL.overlaps,
    isa=Isa.MVE,
    family=MVE,
    summary=add_s16.KERNEL.summary,
)
