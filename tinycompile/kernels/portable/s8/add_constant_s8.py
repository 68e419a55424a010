"""The sum or difference of a tensor and a constant, brought to one scale beforehand."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile import row_form
from tinycompile.call import Call
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.portable.s8 import add_s8
from tinycompile.kernels.shared import bounds, broadcast, overlap


def pattern() -> Pattern:
    p = Pattern()
    x, c = p.dequantize("input1"), p.dequantize("constant", constant=True)
    sums = p.op("x_plus_c", "relax.add", x, c) | p.op("c_plus_x", "relax.add", c, x)
    minus_c = p.op("x_minus_c", "relax.subtract", x, c)
    minus_x = p.op("c_minus_x", "relax.subtract", c, x)
    return p.quantize(sums | minus_c | minus_x)


def lower(match: Match) -> Call:
    (m1, s1), (m2, s2), (m, s) = add_s8.factors(match)
    zero_point = match.quantization("constant").zero_point
    terms = add_s8.raised(match.array("constant"), zero_point, m2, s2)
    low, high = match.clamp()
    return Call(
        inputs=("input1",),
        params=broadcast.params(match, ("steps", "term_steps"))
        | broadcast.zero_points(match, zero_point="input1", output_zero_point="output")
        | {
            "min": low,
            "max": high,
            "multiplier1": m1,
            "multiplier": m,
            "shift1": s1,
            "shift": s,
            "negate": int("c_minus_x" in match),
            "terms": np.asarray(-terms if "x_minus_c" in match else terms, np.int32),
        },
    )


def reference(p: dict[str, Any], x: NDArray[Any]) -> NDArray[Any]:
    a = add_s8.raised(x, p.get("zero_point", 0), p["multiplier1"], p["shift1"])
    a = broadcast.gather(a, p["shape"], p["steps"])
    terms = broadcast.gather(p["terms"].astype(np.int64), p["shape"], p["term_steps"])
    return broadcast.leave(p, terms - a if p["negate"] else terms + a, x.dtype)


KERNEL = Kernel(
    "tc_add_constant_s8",
    pattern,
    lower,
    reference,
    constraints=(
        broadcast.constant_has_one_scale,
        broadcast.activations_are_int8,
        broadcast.axes_are_few,
        add_s8.output_scale_is_not_tiny,
    ),
    bounds=bounds.monotone,
    rows=row_form.walked("steps", "term_steps"),
    overlaps=overlap.operands("steps"),
    summary="Sum or difference of a tensor and a constant, broadcast as in numpy.",
)
