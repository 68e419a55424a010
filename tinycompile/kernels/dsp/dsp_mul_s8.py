"""The product of two int8 tensors, four at a time."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile import row_form
from tinycompile.call import Call
from tinycompile.families import DSP
from tinycompile.kernel import Kernel, Match
from tinycompile.kernels.dsp.dsp_add_s8 import KEPT, rows_are_dense
from tinycompile.kernels.portable.s8 import mul_s8
from tinycompile.kernels.shared import accumulate, broadcast
from tinycompile.target import Isa

LARGEST_SHIFT = 20  # the output's zero point has room above it


def factor_is_usual(match: Match) -> str | None:
    """The operands' scales, multiplied, are less than 1/2 and more than 2^-20 of the output's."""
    factor = mul_s8.factor(match)
    shift = mul_s8.leaving(match)["shift"]
    assert isinstance(shift, int)
    return None if 1 <= -shift <= LARGEST_SHIFT else f"they are {factor:.3g} of it"


def lower(match: Match) -> Call:
    return call(mul_s8.lower(match))


def call(portable: Call) -> Call:
    """Of the portable kernel's."""
    p: dict[str, Any] = portable.params
    shift = -p["shift"]
    return Call(
        inputs=portable.inputs,
        params={name: p[name] for name in (*KEPT[:3], "zero_point1", "zero_point2", *KEPT[3:])}
        | {
            "multiplier": p["multiplier"],
            "constant": (p["output_zero_point"] << shift) + (1 << (shift - 1)),
            "shift": shift,
        },
    )


def reference(p: dict[str, Any], x: NDArray[np.int8], y: NDArray[np.int8]) -> NDArray[np.int8]:
    a = broadcast.gather(x.astype(np.int64) - p["zero_point1"], p["shape"], p["steps1"])
    b = broadcast.gather(y.astype(np.int64) - p["zero_point2"], p["shape"], p["steps2"])
    rounded = (2 * a * b * p["multiplier"] + (1 << 31)) >> 32
    values = (rounded + p["constant"] - (a * b < 0)) >> p["shift"]
    return accumulate.clamp(p, np.clip(values, -128, 127))


KERNEL = Kernel(
    "tc_dsp_mul_s8",
    mul_s8.KERNEL.pattern,
    lower,
    reference,
    constraints=(*mul_s8.KERNEL.constraints, rows_are_dense, factor_is_usual),
    bounds=mul_s8.KERNEL.bounds,
    rows=row_form.walked("steps1", "steps2"),
    overlaps=mul_s8.KERNEL.overlaps,
    isa=Isa.DSP,
    family=DSP,
    summary="Product of two tensors, broadcast as in numpy but along the last axis.",
)
