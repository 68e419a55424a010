"""The sum or difference of two int16 tensors, two at a time."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.families import DSP
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.portable.s16 import add_s16
from tinycompile.kernels.shared import broadcast, leave_s16, sums_s16
from tinycompile.target import Isa


def lower(match: Match) -> Call:
    call = sums_s16.larger_last(match)
    p: dict[str, Any] = call.params
    return Call(inputs=call.inputs, params=p | {name: -p[name] for name in ("shift1", "shift")})


def reference(p: dict[str, Any], x: NDArray[np.int16], y: NDArray[np.int16]) -> NDArray[np.int16]:
    a = broadcast.gather(x.astype(np.int64) << 15, p["shape"], p["steps1"])
    b = broadcast.gather(y.astype(np.int64) << 14, p["shape"], p["steps2"])
    raised = leave_s16.twice_rounded(a, p["multiplier1"], leave_s16.factor(-p["shift1"]))
    factor = {"factor": leave_s16.factor(-p["shift"])}
    return leave_s16.leave(p | factor, raised * p["sign1"] + b * p["sign2"], x.dtype)


KERNEL = Kernel(
    "tc_dsp_add_s16",
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
    isa=Isa.DSP,
    family=DSP,
    summary=add_s16.KERNEL.summary,
)
