"""The sum or difference of two int8 tensors as TFLite computes it: where shorter constants are not proved."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile import row_form
from tinycompile.call import Call
from tinycompile.families import DSP
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.portable.s8 import add_s8
from tinycompile.kernels.shared import accumulate, broadcast, overlap
from tinycompile.quantization import requantize
from tinycompile.target import Isa

LARGEST_SHIFT = 22  # the output's zero point has room above it
HALF = 1 << 30  # the multiplier, with shift 0, of the operand of the larger scale


def sum_is_usual(match: Match) -> str | None:
    """The output's scale is more than 2^-18 and less than 4 times the larger operand's scale."""
    ratio = add_s8.output_scale(match)
    shift: Any = add_s8.lower(match).params["shift"]
    return None if 1 <= -shift <= LARGEST_SHIFT else f"it is {ratio:.3g} times"


def lower(match: Match) -> Call:
    return call(add_s8.lower(match))


def call(portable: Call) -> Call:
    """Of the portable kernel's; the first operand is the one of the larger scale."""
    p: dict[str, Any] = portable.params
    first, second = (1, 2) if (p["multiplier1"], p["shift1"]) == (HALF, 0) else (2, 1)
    assert (p[f"multiplier{first}"], p[f"shift{first}"]) == (HALF, 0)
    signs = {1: 1, 2: -1 if p["subtract"] else 1}
    shift = -p["shift"]
    inputs = portable.inputs if first == 1 else portable.inputs[::-1]
    return Call(
        inputs=inputs,
        params={
            "shape": p["shape"], "steps1": p[f"steps{first}"], "steps2": p[f"steps{second}"],
            "zero_point1": p[f"zero_point{first}"], "zero_point2": p[f"zero_point{second}"],
            "min": p["min"], "max": p["max"], "sign1": signs[first], "sign2": signs[second],
            "shift2": -p[f"shift{second}"], "shift": shift,
            "multiplier2": p[f"multiplier{second}"], "multiplier": p["multiplier"],
            "constant": (2 * p["output_zero_point"] + 1) << (shift - 1),
        },
    )  # fmt: skip


def reference(p: dict[str, Any], x: NDArray[np.int8], y: NDArray[np.int8]) -> NDArray[np.int8]:
    a = broadcast.gather((x.astype(np.int64) - p["zero_point1"]) << 19, p["shape"], p["steps1"])
    b = requantize((y.astype(np.int64) - p["zero_point2"]) << 20, p["multiplier2"], -p["shift2"])
    sums = p["sign1"] * a + p["sign2"] * broadcast.gather(b, p["shape"], p["steps2"])
    zero_point = (p["constant"] >> (p["shift"] - 1)) // 2
    leaving = {"multiplier": p["multiplier"], "shift": -p["shift"], "output_zero_point": zero_point}
    return accumulate.leave_by_one(p | leaving, sums)


KERNEL = Kernel(
    "tc_dsp_add_exact_s8",
    add_s8.KERNEL.pattern,
    lower,
    reference,
    constraints=(*add_s8.KERNEL.constraints, sum_is_usual),
    bounds=add_s8.KERNEL.bounds,
    rows=row_form.walked("steps1", "steps2"),
    overlaps=overlap.operands("steps1", "steps2"),
    isa=Isa.DSP,
    family=DSP,
    summary="Sum or difference of two tensors, broadcast as in numpy.",
)
