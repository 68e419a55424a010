"""The product of an int8 tensor and a constant."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels import broadcast, mul_s8
from tinycompile.program import Call


def pattern() -> Pattern:
    p = Pattern()
    x, c = p.dequantize("input1"), p.dequantize("constant", constant=True)
    product = p.op("x_times_c", "relax.multiply", x, c) | p.op("c_times_x", "relax.multiply", c, x)
    return p.quantize(product)


def lower(match: Match) -> Call:
    x, c, out = (match.quantization(part) for part in ("input1", "constant", "output"))
    return Call(
        inputs=("input1",),
        params=broadcast.params(match, ("steps", "factor_steps"))
        | {"zero_point": x.zero_point, "factor_zero_point": c.zero_point}
        | mul_s8.leaving(match, out)
        | {"factors": match.array("constant")},
        in_place=broadcast.in_place(match, "input1"),
    )


def reference(p: dict[str, Any], x: NDArray[np.int8]) -> NDArray[np.int8]:
    a = broadcast.gather(x.astype(np.int64) - p["zero_point"], p["shape"], p["steps"])
    factors = p["factors"].astype(np.int64) - p["factor_zero_point"]
    return broadcast.leave(p, a * broadcast.gather(factors, p["shape"], p["factor_steps"]))


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
    summary="Product of a tensor and a constant, broadcast as in numpy.",
    headers=("tc_broadcast.h", "tc_requantize.h"),
)
