"""A function of one float32 element, or a ReLU or clip that no other kernel has taken."""

from functools import reduce
from math import prod
from operator import or_
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels import float32
from tinycompile.kernels.unary import FUNCTIONS
from tinycompile.program import Call

# In the order of enum tc_function, from 1 on; 0 is the identity.
NAMES = (
    "negative", "abs", "floor", "ceil", "square", "sqrt", "rsqrt", "exp", "log", "tanh", "erf",
    "sigmoid", "nn.silu", "nn.gelu", "nn.leakyrelu",
)  # fmt: skip


def pattern() -> Pattern:
    p = Pattern()
    x = p.tensor("input")
    function = reduce(or_, [p.op(name, f"relax.{name}", x) for name in NAMES])
    return p.at(float32.activation(p, function | x) | function)


def lower(match: Match) -> Call:
    function = next((i for i, name in enumerate(NAMES, 1) if name in match), 0)
    leaky = NAMES[function - 1] == "nn.leakyrelu" and function > 0
    slope = float(match.attrs("nn.leakyrelu").alpha) if leaky else 0.0
    return Call(
        inputs=("input",),
        params={"count": prod(match.shape("input")), "function": function, "slope": slope}
        | float32.bounds(match),
        in_place=(0,),
    )


def reference(p: dict[str, Any], x: NDArray[np.float32]) -> NDArray[np.float32]:
    value: Any = x.astype(np.float64)
    if p["function"]:
        name = NAMES[p["function"] - 1]
        numbers = (np.float32(p["slope"]),) if name == "nn.leakyrelu" else ()
        with np.errstate(all="ignore"):
            value = FUNCTIONS[f"relax.{name}"](value, *numbers)
    return float32.bound(p, value)


KERNEL = Kernel(
    "tc_unary_f32",
    pattern,
    lower,
    reference,
    constraints=(float32.input_is_float32,),
    summary="ReLU, clip, sigmoid, tanh, exp, log and other functions of one element, in float.",
    headers=("tc_float.h",),
)
