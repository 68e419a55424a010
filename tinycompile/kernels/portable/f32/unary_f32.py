"""A function of one float32 element, or a ReLU or clip that no other kernel has taken."""

from functools import reduce
from math import prod
from operator import or_
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinycompile.call import Call, Param
from tinycompile.kernel import Kernel, Match, Pattern
from tinycompile.kernels.shared import float32, overlap
from tinycompile.kernels.shared.unary import FUNCTIONS

# In the order of enum tc_function, from 1 on; 0 is the identity.
NAMES = (
    "negative", "abs", "floor", "ceil", "square", "sqrt", "rsqrt", "exp", "log", "tanh", "erf",
    "sigmoid", "nn.silu", "nn.gelu", "nn.leakyrelu", "nn.softplus",
)  # fmt: skip


def pattern() -> Pattern:
    p = Pattern()
    x = p.tensor("input")
    function = reduce(or_, [p.op(name, f"relax.{name}", x) for name in NAMES])
    return p.at(float32.activation(p, function | x) | function)


def softplus_is_plain(match: Match) -> str | None:
    """A softplus has beta 1."""
    beta = float(match.attrs("nn.softplus").beta) if "nn.softplus" in match else 1.0
    return None if beta == 1 else f"it is {beta:.6g}"


def lower(match: Match) -> Call:
    function = next((i for i, name in enumerate(NAMES, 1) if name in match), 0)
    leaky = NAMES[function - 1] == "nn.leakyrelu" and function > 0
    slope = float(match.attrs("nn.leakyrelu").alpha) if leaky else 0.0
    numbers: dict[str, Param] = {
        "count": prod(match.shape("input")),
        "function": function,
        "slope": slope,
    }
    return Call(
        inputs=("input",),
        params=numbers | float32.bounds(match),
    )


def reference(p: dict[str, Any], x: NDArray[np.float32]) -> NDArray[np.float32]:
    value: Any = x.astype(np.float64)
    if p["function"]:
        name = NAMES[p["function"] - 1]
        numbers = {"nn.leakyrelu": (np.float32(p["slope"]),), "nn.softplus": (1.0, 0.0)}
        with np.errstate(all="ignore"):
            value = FUNCTIONS[f"relax.{name}"](value, *numbers.get(name, ()))
    return float32.bound(p, value)


KERNEL = Kernel(
    "tc_unary_f32",
    pattern,
    lower,
    reference,
    constraints=(float32.input_is_float32, softplus_is_plain),
    overlaps=overlap.in_order,
    summary="ReLU, clip, sigmoid, tanh, exp, log and other functions of one element, in float.",
)
