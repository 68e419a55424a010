"""The product of an int8 tensor and a constant for Helium, eight at a time."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.families import MVE
from tinycompile.kernel import Match
from tinycompile.kernels.mve import mve_mul_s8
from tinycompile.kernels.portable.s8 import mul_constant_s8
from tinycompile.kernels.shared import leave_s16
from tinycompile.target import Isa


def lower(match: Match) -> Call:
    portable = mul_constant_s8.lower(match)
    return Call(inputs=portable.inputs, params=leave_s16.fields(portable.params))


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    names = {"steps1": "steps", "steps2": "factor_steps"}
    names |= {"zero_point1": "zero_point", "zero_point2": "factor_zero_point"}
    return mve_mul_s8.reference(p | {to: p[name] for to, name in names.items()}, x, p["factors"])


KERNEL = replace(
    mul_constant_s8.KERNEL,
    symbol="tc_mve_mul_constant_s8",
    lower=lower,
    reference=reference,
    constraints=(*mul_constant_s8.KERNEL.constraints, mve_mul_s8.factor_is_usual),
    isa=Isa.MVE,
    family=MVE,
)
