"""The sum or difference of an int8 tensor and a constant for Helium: constants proved as in `mve_add_s8`."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.families import MVE
from tinycompile.kernel import Match
from tinycompile.kernels.mve import mve_add_s8
from tinycompile.kernels.mve.mve_add_s8 import Constants, found
from tinycompile.kernels.portable.s8 import add_constant_s8, add_s8
from tinycompile.kernels.shared import broadcast
from tinycompile.kernels.shared.sums_s8 import Sum
from tinycompile.target import Isa


def constants(match: Match) -> Constants | None:
    """Those of the tensor first; from the constant it is subtracted as the second of two."""
    (m1, s1), (m2, s2), (m, s) = add_s8.factors(match)
    z1, z2, out = (match.quantization(p).zero_point for p in ("input1", "constant", "output"))
    plus = "x_plus_c" in match or "c_plus_x" in match
    if "c_minus_x" not in match:
        return found(Sum(z1, z2, out, m1, m2, m, s1, s2, s, int(not plus)))
    turned = found(Sum(z2, z1, out, m2, m1, m, s2, s1, s, 1))
    return turned and turned._replace(factor1=turned.factor2, factor2=turned.factor1)


def constants_are_proved(match: Match) -> str | None:
    """Constants are found by which every pair of values becomes what it should."""
    return None if constants(match) else "there are none"


def lower(match: Match) -> Call:
    low, high = match.clamp()
    proved = constants(match)
    assert proved
    return Call(
        inputs=("input1",),
        params=broadcast.params(match, ("steps", "term_steps"))
        | {"min": low, "max": high}
        | proved._asdict()
        | {"terms": match.array("constant")},
    )


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    steps = {"steps1": p["steps"], "steps2": p["term_steps"]}
    return mve_add_s8.reference(p | steps, x, p["terms"])


KERNEL = replace(
    add_constant_s8.KERNEL,
    symbol="tc_mve_add_constant_s8",
    lower=lower,
    reference=reference,
    constraints=(*add_constant_s8.KERNEL.constraints, constants_are_proved),
    isa=Isa.MVE,
    family=MVE,
)
