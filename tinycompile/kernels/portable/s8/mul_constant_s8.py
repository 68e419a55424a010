"""The product of a tensor and a constant."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile import row_form
from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.portable.s8 import mul_s8
from tinycompile.kernels.shared import bounds, broadcast, overlap


def pattern() -> Pattern:
    p = Pattern()
    x, c = p.dequantize("input1"), p.dequantize("constant", constant=True)
    product = p.op("x_times_c", "relax.multiply", x, c) | p.op("c_times_x", "relax.multiply", c, x)
    return p.quantize(product)


def lower(match: Match) -> Call:
    return Call(
        inputs=("input1",),
        params=broadcast.params(match, ("steps", "factor_steps"))
        | broadcast.zero_points(match, zero_point="input1", factor_zero_point="constant")
        | mul_s8.leaving(match)
        | {"factors": match.array("constant")},
    )


def reference(p: dict[str, Any], x: NDArray[Any]) -> NDArray[Any]:
    a = x.astype(np.int64) - p.get("zero_point", 0)
    a = broadcast.gather(a, p["shape"], p["steps"])
    factors = p["factors"].astype(np.int64) - p.get("factor_zero_point", 0)
    factors = broadcast.gather(factors, p["shape"], p["factor_steps"])
    return broadcast.leave(p, a * factors, x.dtype)


KERNEL = Kernel(
    "tc_mul_constant_s8",
    pattern,
    lower,
    reference,
    constraints=(
        broadcast.constant_has_one_scale,
        broadcast.activations_are_int8,
        broadcast.axes_are_few,
        mul_s8.factor_fits,
    ),
    bounds=bounds.monotone,
    rows=row_form.walked("steps", "factor_steps"),
    overlaps=overlap.operands("steps"),
    summary="Product of a tensor and a constant, broadcast as in numpy.",
)
