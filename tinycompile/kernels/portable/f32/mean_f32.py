"""Mean or sum of float32 over any axes."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.portable.s8 import mean_s8
from tinycompile.kernels.shared import float32, overlap


def pattern() -> Pattern:
    p = Pattern()
    x = p.tensor("input")
    return float32.bounded(p, p.op("mean", "relax.mean", x) | p.op("sum", "relax.sum", x))


def lower(match: Match) -> Call:
    divisor = float(mean_s8.count(match)) if "mean" in match else 1.0
    params = mean_s8.runs(match) | {"divisor": divisor} | float32.bounds(match)
    return Call(inputs=("input",), params=params)


def reference(p: dict[str, Any], x: NDArray[np.float32]) -> NDArray[np.float32]:
    (k0, k1, k2), (r0, r1) = p["kept"], p["reduced"]
    sums = x.reshape(k0, r0, k1, r1, k2).sum(axis=(1, 3), dtype=np.float64)
    return float32.bound(p, sums / p["divisor"])


KERNEL = Kernel(
    "tc_mean_f32",
    pattern,
    lower,
    reference,
    constraints=(float32.input_is_float32, mean_s8.axes_form_two_runs),
    overlaps=overlap.in_order,
    summary="Mean or sum over any axes, in float.",
)
